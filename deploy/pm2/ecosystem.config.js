// pm2 start ecosystem.config.js. The settings are in /opt/treadle/treadle.toml or .env, which the processes read themselves.

const treadle = {
  script: "/opt/treadle/venv/bin/treadle",
  interpreter: "none",
  cwd: "/opt/treadle",
  exec_mode: "fork",
  autorestart: true,
  exp_backoff_restart_delay: 500,
  // A signal for the process alone: it stops its children itself, in good order.
  treekill: false,
};

module.exports = {
  apps: [
    { ...treadle, name: "treadle-server", args: "server", kill_timeout: 15_000 },
    // More than TREADLE_GRACE_SECONDS and the 10 s that the parent adds to it.
    { ...treadle, name: "treadle-worker", args: "worker --processes 2", kill_timeout: 45_000 },
  ],
};
