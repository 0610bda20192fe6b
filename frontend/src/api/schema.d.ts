// Made from the API's description by `npm run api`. Do not edit.
export interface paths {
    "/api/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Approvals
         * @description Newest first.
         */
        get: operations["list_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count Approvals
         * @description How many are open: overdue, by workflow, by who is asked.
         */
        get: operations["count_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Approval
         * @description One approval with what each person has said and all that happened to it.
         */
        get: operations["get_approval"];
        put?: never;
        /**
         * Decide Approval
         * @description Say what one person decides; 409 with what it became if it is no longer open.
         */
        post: operations["decide_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{approval_id}/delegate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delegate Approval
         * @description Hand it over from somebody who is asked to somebody else.
         */
        post: operations["delegate_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/approvals/{approval_id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link Approval
         * @description A link with which somebody without an account decides this one approval.
         */
        post: operations["link_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Executions
         * @description Newest first, without payloads. `q` is a search, such as `status:failed since:24h refund`.
         */
        get: operations["list_executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Steer Executions
         * @description Retry, cancel, pause, resume or signal all that fit, each by itself; go on with `cursor: next` until that is null.
         */
        post: operations["steer_executions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count Executions
         * @description How many a search finds, by status and by workflow, each as if it did not ask for that itself.
         */
        get: operations["count_executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Execution
         * @description One execution: input, output, what it waits for, the state of its nodes.
         */
        get: operations["get_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/activities/{place}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Activity
         * @description One visit of a node: its attempts, the config it ran with, what it could read and what it put out.
         */
        get: operations["get_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/activities/{place}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Output
         * @description The whole output of one visit of a node, as JSON.
         */
        get: operations["get_output"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Execution
         * @description End it as cancelled; 409 with the state that won if it is over.
         */
        post: operations["cancel_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow Execution
         * @description Server-sent events: `journal` (its id is the seq), `status`, and `end`, after which nothing follows: close.
         */
        get: operations["follow_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fork Execution
         * @description Go on from a node in a new execution, whatever the state of this one, which is not changed. 200: a dry run.
         */
        post: operations["fork_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Journal
         * @description What happened, in order of seq.
         */
        get: operations["get_journal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Logs
         * @description Lines in order of seq; ask again `after` the last one for what was said since.
         */
        get: operations["get_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move Execution
         * @description Go on with another version, if all that has been done fits it. 422 names each place that does not; 200: a dry run.
         */
        post: operations["move_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Nodes
         * @description The states of the nodes inside of one item or turn.
         */
        get: operations["get_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Execution
         * @description Let running nodes finish and start no more.
         */
        post: operations["pause_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Execution
         * @description Go on after a pause.
         */
        post: operations["resume_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Execution
         * @description Run the failed nodes of a failed execution again, or take back all that descends from a node and go on there.
         */
        post: operations["retry_execution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runs
         * @description The items or turns of a node's last visit that have begun, by index.
         */
        get: operations["list_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/scope": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show Scope
         * @description The names that a node of an execution sees, with their values.
         */
        get: operations["show_scope"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/signals/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Signal
         * @description Say something to an execution; it is kept until a node waits for it.
         */
        post: operations["send_signal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/executions/{execution_id}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain Execution
         * @description Why it is where it is, and what mends it.
         */
        get: operations["explain_execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/expressions/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Expression
         * @description The value of an expression as a node would see it.
         */
        post: operations["preview_expression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Health
         * @description What is wrong with the system, and how to mend it: the checks of `treadle doctor`, at most two seconds old.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow Live
         * @description Server-sent events of up to 50 executions, `nodes`, `journal`, `status` and `end`, and `changed` of lists.
         */
        get: operations["follow_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Node Types
         * @description What a node's `type` can be, with the JSON Schema of its config.
         */
        get: operations["list_node_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/node-types/{node_type}/ports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell Ports
         * @description The ports of a node with this config, which may be unfinished.
         */
        post: operations["tell_ports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Schedules
         * @description All schedules, or those of one workflow.
         */
        get: operations["list_schedules"];
        put?: never;
        /**
         * Add Schedule
         * @description Start a workflow at times: `cron`, `interval` or `at`, in a time zone.
         */
        post: operations["add_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview Schedule
         * @description The next due times, nothing stored.
         */
        post: operations["preview_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Schedule
         * @description One schedule.
         */
        get: operations["get_schedule"];
        put?: never;
        post?: never;
        /**
         * Delete Schedule
         * @description Delete it; executions it has started go on.
         */
        delete: operations["delete_schedule"];
        options?: never;
        head?: never;
        /**
         * Change Schedule
         * @description Change what is given; 409 if someone else changed it meanwhile.
         */
        patch: operations["change_schedule"];
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Backfill Schedule
         * @description Fire the due times of a past range that have not fired; go on at `next_start` until that is null.
         */
        post: operations["backfill_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/fires": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Fires
         * @description What became of each due time, and why; newest first.
         */
        get: operations["list_fires"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Next Fires
         * @description The next due times of a schedule, paused or not, without jitter.
         */
        get: operations["next_fires"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run Schedule
         * @description Fire once now, also while it is paused; `outcome` says whether an execution was started.
         */
        post: operations["run_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Secrets
         * @description All that are stored, by name; never a value.
         */
        get: operations["list_secrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Secret
         * @description When it was set and by whom, and which workflows name it.
         */
        get: operations["get_secret"];
        /**
         * Set Secret
         * @description Set it, in place of what it was; calls that begin a second later get the new value. 409 without a key to seal it with.
         */
        put: operations["set_secret"];
        post?: never;
        /**
         * Delete Secret
         * @description Delete it; nodes that name it fail from then on.
         */
        delete: operations["delete_secret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session
         * @description Whether a token is needed, and whether the caller is let in, as what. Public.
         */
        get: operations["get_session"];
        put?: never;
        /**
         * Open Session
         * @description Exchange a token for a cookie of seven days; 401 if it is unknown. Public.
         */
        post: operations["open_session"];
        /**
         * Close Session
         * @description Forget the cookie. Public.
         */
        delete: operations["close_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/signals/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Broadcast Signal
         * @description Send a signal to every open execution that fits; go on with `cursor: next` until that is null.
         */
        post: operations["broadcast_signal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Stats
         * @description How many executions are in each status, and what they run on.
         */
        get: operations["get_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tokens
         * @description All that are stored, the oldest first, revoked ones included; those of the server's configuration are not.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Create Token
         * @description Make one; the answer is the only one that says it. With the first one the server asks everybody for a token.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Token
         * @description Revoke it; it and the sessions that were opened with it end at once here, within seconds at other servers.
         */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Webhooks
         * @description All webhooks, or those of one workflow, without their addresses.
         */
        get: operations["list_webhooks"];
        put?: never;
        /**
         * Add Webhook
         * @description Make an address at which a workflow is started, or one of its executions signalled.
         */
        post: operations["add_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Webhook
         * @description One webhook, with its address.
         */
        get: operations["get_webhook"];
        put?: never;
        post?: never;
        /**
         * Delete Webhook
         * @description Delete it; executions it has started go on.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        /**
         * Change Webhook
         * @description Change what is given; 409 if someone else changed it meanwhile.
         */
        patch: operations["change_webhook"];
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Deliveries
         * @description What was delivered there and what became of it, newest first.
         */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Webhook
         * @description Give it a new address; the old one leads nowhere from then on.
         */
        post: operations["rotate_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Workers
         * @description The workers by start time.
         */
        get: operations["list_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Workflows
         * @description The workflows by name.
         */
        get: operations["list_workflows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Validate Workflow
         * @description Check a graph and store nothing.
         */
        post: operations["validate_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Workflow
         * @description The latest version.
         */
        get: operations["get_workflow"];
        /**
         * Save Workflow
         * @description Create a workflow, or add a version (201); 200 without one if the graph is the same, or is only drawn differently.
         */
        put: operations["save_workflow"];
        post?: never;
        /**
         * Delete Workflow
         * @description Hide it and stop its schedules; 409 while executions are open.
         */
        delete: operations["delete_workflow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare Versions
         * @description How two versions differ, by parts and as text.
         */
        get: operations["compare_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move Executions
         * @description The same for the open executions of one version, a page at a time; what does not fit stays. 200: a dry run.
         */
        post: operations["move_executions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Workflow
         * @description What its past executions would have done under another graph; no handler runs, nothing is stored.
         */
        post: operations["replay_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run Workflow
         * @description Start an execution.
         *
         *     With `?wait=20s` the answer is the execution as it is at its end, or when the time is over. A repeated idempotency key is
         *     answered with the first execution (200), with another body it is refused (422). A start that joins one that is still
         *     debounced is answered with that one (200), without the header `Idempotent-Replayed`. With a `traceparent` it belongs to the
         *     caller's trace.
         */
        post: operations["run_workflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/test-node": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Node
         * @description Have a worker run one node of a graph that need not be saved, with earlier outputs.
         */
        post: operations["test_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Versions
         * @description All versions, newest first, without their graphs; `open` says how many executions each has.
         */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version
         * @description One version with its graph.
         */
        get: operations["get_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is Alive
         * @description The process answers.
         */
        get: operations["is_alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver
         * @description Deliver something of any media type. A repeated delivery id is answered as the first time (200).
         */
        post: operations["deliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Metrics
         * @description The state of the database, and the work of workers that run in this process, as Prometheus reads it.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is Ready
         * @description The database answers and has this release's schema; 503 otherwise.
         */
        get: operations["is_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Activity
         * @description One visit of a node. `input` is the config it ran with, null when unknown; `incoming` the outputs it could read.
         *
         *     A value of more than 64 KiB is cut: `{"truncated": true, "bytes": …, "head": "its beginning as text"}`.
         */
        Activity: {
            /** Attempts */
            attempts: components["schemas"]["Attempt"][];
            /** Error */
            error: unknown;
            /** Incoming */
            incoming: {
                [key: string]: unknown;
            };
            /** Input */
            input: unknown;
            /** Node Id */
            node_id: string;
            /** Output */
            output: unknown;
            /** Port */
            port: string | null;
            /** Scope */
            scope: string;
            /** Status */
            status: string;
            /** Visit */
            visit: number;
        };
        /** AddSchedule */
        AddSchedule: {
            /**
             * At
             * @description single times, each once
             */
            at?: string[] | null;
            /**
             * Catch Up
             * @description skip, latest or all
             * @default latest
             */
            catch_up?: string;
            /**
             * Catch Up Limit
             * @description `all`: the newest so many; null: no limit
             * @default 1000
             */
            catch_up_limit?: number | null;
            /**
             * Catch Up Window
             * @description what is later than this is missed
             */
            catch_up_window?: (number | string) | null;
            /** Cron */
            cron?: string | null;
            /**
             * Dst
             * @default debian
             */
            dst?: string;
            /**
             * End At
             * @description no fire after it
             */
            end_at?: string | null;
            /**
             * Id
             * @description made if left out
             */
            id?: string | null;
            /** Input */
            input?: unknown;
            /** Interval */
            interval?: (number | string) | null;
            /**
             * Jitter
             * @description each fire comes up to so much later
             * @default 0
             */
            jitter?: (number | string) | null;
            /**
             * Overlap
             * @description allow, skip, queue_one or cancel_previous
             * @default allow
             */
            overlap?: string;
            /**
             * Paused
             * @default false
             */
            paused?: boolean;
            /**
             * Priority
             * @default normal
             */
            priority?: ("low" | "normal" | "high" | "critical") | number;
            /**
             * Start At
             * @description no fire before it; an interval counts from here
             */
            start_at?: string | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone?: string;
            /** Version */
            version?: number | null;
            /** Workflow */
            workflow: string;
        };
        /** AddWebhook */
        AddWebhook: {
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Execution
             * @description with `signal`: an expression for the execution's id
             */
            execution?: string | null;
            /**
             * Input
             * @description a template; what is delivered is `trigger`
             */
            input?: unknown;
            /**
             * Paused
             * @default false
             */
            paused?: boolean;
            /**
             * Priority
             * @default normal
             */
            priority?: ("low" | "normal" | "high" | "critical") | number;
            /** @description what it is signed with */
            secret?: components["schemas"]["SecretName"] | null;
            /**
             * Signal
             * @description send this signal instead of starting an execution
             */
            signal?: string | null;
            /**
             * Signing
             * @description how what is delivered is signed
             * @default none
             * @enum {string}
             */
            signing?: "none" | "hmac" | "github" | "stripe" | "standard";
            /**
             * Trigger
             * @description the trigger node to start at; the one for webhooks if left out
             */
            trigger?: string | null;
            /** Version */
            version?: number | null;
            /** Workflow */
            workflow: string;
        };
        /** Approval */
        Approval: {
            /** Assignees */
            assignees: string[];
            /** Body */
            body: string;
            /** Created At */
            created_at: string;
            /** Decided At */
            decided_at: string | null;
            /** Decision */
            decision: unknown;
            /** Due At */
            due_at: string | null;
            /** Execution Id */
            execution_id: string;
            /** Form */
            form: unknown;
            /** Groups */
            groups: string[];
            /** Id */
            id: string;
            /** Node Id */
            node_id: string;
            /** Not By Starter */
            not_by_starter: boolean;
            /** Outcomes */
            outcomes: components["schemas"]["Outcome"][];
            /** Payload */
            payload: unknown;
            /** Reject After */
            reject_after: number;
            /** Required */
            required: number;
            /** Scope */
            scope: string;
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "decided" | "expired";
            /** Title */
            title: string;
            /** Visit */
            visit: number;
            /** Workflow */
            workflow: string;
        };
        /**
         * ApprovalEvent
         * @description One line of the record; `notified_id` is the execution that told people of it.
         */
        ApprovalEvent: {
            /** At */
            at: string;
            /** By */
            by: string | null;
            /** Detail */
            detail: unknown;
            /** Kind */
            kind: string;
            /** Notified Id */
            notified_id: string | null;
            /** Notify */
            notify: string | null;
            /** Via */
            via: string;
        };
        /**
         * ApprovalFacets
         * @description How many are open; a person or group counts in each approval that asks them.
         */
        ApprovalFacets: {
            /** Assignees */
            assignees: components["schemas"]["Facet"][];
            /** Groups */
            groups: components["schemas"]["Facet"][];
            /** Open */
            open: number;
            /** Overdue */
            overdue: number;
            /** Workflows */
            workflows: components["schemas"]["Facet"][];
        };
        /**
         * ApprovalLink
         * @description `path` is for any name under which this server is reached; `token` is its last part.
         */
        ApprovalLink: {
            /** Expires At */
            expires_at: string;
            /** Path */
            path: string;
            /** Person */
            person: string | null;
            /** Token */
            token: string;
        };
        /** ApprovalPage */
        ApprovalPage: {
            /** Items */
            items: components["schemas"]["Approval"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** ApprovalRecord */
        ApprovalRecord: {
            /** Assignees */
            assignees: string[];
            /** Body */
            body: string;
            /** Created At */
            created_at: string;
            /** Decided At */
            decided_at: string | null;
            /** Decision */
            decision: unknown;
            /** Decisions */
            decisions: components["schemas"]["PersonDecision"][];
            /** Due At */
            due_at: string | null;
            /** Execution Id */
            execution_id: string;
            /** Form */
            form: unknown;
            /** Groups */
            groups: string[];
            /** History */
            history: components["schemas"]["ApprovalEvent"][];
            /** Id */
            id: string;
            /** Node Id */
            node_id: string;
            /** Not By Starter */
            not_by_starter: boolean;
            /** Outcomes */
            outcomes: components["schemas"]["Outcome"][];
            /** Payload */
            payload: unknown;
            /** Reject After */
            reject_after: number;
            /** Required */
            required: number;
            /** Scope */
            scope: string;
            /** Started By */
            started_by: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "decided" | "expired";
            /** Title */
            title: string;
            /** Visit */
            visit: number;
            /** Workflow */
            workflow: string;
        };
        /** Attempt */
        Attempt: {
            /** Attempt */
            attempt: number;
            /** Error */
            error: unknown;
            /** Finished At */
            finished_at: string | null;
            /** Started At */
            started_at: string | null;
            /** Status */
            status: string;
            /** Worker Id */
            worker_id: string | null;
        };
        /** Backfill */
        Backfill: {
            /**
             * End
             * Format: date-time
             * @description included; not after now
             */
            end: string;
            /**
             * Limit
             * @default 100
             */
            limit?: number;
            /**
             * Overlap
             * @default allow
             */
            overlap?: string;
            /**
             * Start
             * Format: date-time
             */
            start: string;
        };
        /** Backfilled */
        Backfilled: {
            /** Fired */
            fired: number;
            /** Fires */
            fires: components["schemas"]["Fire"][];
            /** Next Start */
            next_start: string | null;
        };
        /** Broadcast */
        Broadcast: {
            /**
             * Cursor
             * @description `next` of the call before
             */
            cursor?: string | null;
            /**
             * Dry Run
             * @description only say how many, and who would be refused
             * @default false
             */
            dry_run?: boolean;
            /**
             * Limit
             * @description executions that one call looks at
             * @default 1000
             */
            limit?: number;
            /** Payload */
            payload?: unknown;
            /**
             * Signal Id
             * @description two signals with the same one count once in each execution
             */
            signal_id?: string | null;
            /**
             * Status
             * @description left out: those that are open
             */
            status?: ("running" | "waiting" | "paused" | "completed" | "failed" | "cancelled") | ("running" | "waiting" | "paused" | "completed" | "failed" | "cancelled")[] | null;
            /**
             * Waiting
             * @description only those that wait for it now
             * @default false
             */
            waiting?: boolean;
            /**
             * Where
             * @description a search, such as `status:failed since:24h refund`
             */
            where?: string | null;
            /** Workflow */
            workflow?: string | null;
        };
        /**
         * CancelExecution
         * @description `compensate`: first undo what has been done, by the `compensate` of its nodes.
         */
        CancelExecution: {
            /**
             * Compensate
             * @default false
             */
            compensate?: boolean;
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * Change
         * @description `before` or `after` is null where there is nothing.
         */
        Change: {
            /** After */
            after: unknown;
            /** Before */
            before: unknown;
            /** Edge */
            edge: string | null;
            /** Node */
            node: string | null;
            /** Place */
            place: string;
        };
        /**
         * ChangeSchedule
         * @description Only what changes.
         */
        ChangeSchedule: {
            /**
             * At
             * @description single times, each once
             */
            at?: string[] | null;
            /**
             * Catch Up
             * @description skip, latest or all
             * @default latest
             */
            catch_up?: string;
            /**
             * Catch Up Limit
             * @description `all`: the newest so many; null: no limit
             * @default 1000
             */
            catch_up_limit?: number | null;
            /**
             * Catch Up Window
             * @description what is later than this is missed
             */
            catch_up_window?: (number | string) | null;
            /** Cron */
            cron?: string | null;
            /**
             * Dst
             * @default debian
             */
            dst?: string;
            /**
             * End At
             * @description no fire after it
             */
            end_at?: string | null;
            /** Input */
            input?: unknown;
            /** Interval */
            interval?: (number | string) | null;
            /**
             * Jitter
             * @description each fire comes up to so much later
             * @default 0
             */
            jitter?: (number | string) | null;
            /**
             * Overlap
             * @description allow, skip, queue_one or cancel_previous
             * @default allow
             */
            overlap?: string;
            /**
             * Paused
             * @default false
             */
            paused?: boolean;
            /**
             * Priority
             * @default normal
             */
            priority?: ("low" | "normal" | "high" | "critical") | number;
            /**
             * Start At
             * @description no fire before it; an interval counts from here
             */
            start_at?: string | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone?: string;
            /** Version */
            version?: number | null;
        };
        /**
         * ChangeWebhook
         * @description Only what changes.
         */
        ChangeWebhook: {
            /**
             * Description
             * @default
             */
            description?: string;
            /**
             * Execution
             * @description with `signal`: an expression for the execution's id
             */
            execution?: string | null;
            /**
             * Input
             * @description a template; what is delivered is `trigger`
             */
            input?: unknown;
            /**
             * Paused
             * @default false
             */
            paused?: boolean;
            /**
             * Priority
             * @default normal
             */
            priority?: ("low" | "normal" | "high" | "critical") | number;
            /** @description what it is signed with */
            secret?: components["schemas"]["SecretName"] | null;
            /**
             * Signal
             * @description send this signal instead of starting an execution
             */
            signal?: string | null;
            /**
             * Signing
             * @description how what is delivered is signed
             * @default none
             * @enum {string}
             */
            signing?: "none" | "hmac" | "github" | "stripe" | "standard";
            /**
             * Trigger
             * @description the trigger node to start at; the one for webhooks if left out
             */
            trigger?: string | null;
            /** Version */
            version?: number | null;
        };
        /**
         * ChangedNode
         * @description `under_way`: a visit of it is active; it goes on as it was begun.
         */
        ChangedNode: {
            /**
             * Change
             * @enum {string}
             */
            change: "added" | "removed" | "changed";
            /** Place */
            place: string;
            /** Under Way */
            under_way: boolean;
        };
        /**
         * CheckUp
         * @description `status` is that of the worst finding.
         */
        CheckUp: {
            /** Checked At */
            checked_at: string;
            /** Findings */
            findings: components["schemas"]["HealthFinding"][];
            /**
             * Status
             * @enum {string}
             */
            status: "ok" | "warning" | "error";
        };
        /** ConfigForPorts */
        ConfigForPorts: {
            /** Config */
            config?: {
                [key: string]: unknown;
            };
        };
        /** CreateToken */
        CreateToken: {
            /**
             * Expires
             * @description a duration, such as 90d; without it the token is good until revoked
             */
            expires?: string | null;
            /** Name */
            name: string;
            /** @default viewer */
            role?: components["schemas"]["Role"];
        };
        /** CreatedToken */
        CreatedToken: {
            /** Name */
            name: string;
            role: components["schemas"]["Role"];
            /**
             * Token
             * @description said this once; only its fingerprint is stored
             */
            token: string;
        };
        /** Decide */
        Decide: {
            /**
             * By
             * @default
             */
            by?: string;
            /**
             * Comment
             * @default
             */
            comment?: string;
            /** Data */
            data?: unknown;
            /**
             * Decision
             * @description the port of one of the outcomes, such as `approved` or `rejected`
             */
            decision: string;
        };
        /** Delegate */
        Delegate: {
            /** By */
            by: string;
            /**
             * Comment
             * @default
             */
            comment?: string;
            /** To */
            to: string;
        };
        /**
         * Delivered
         * @description What was delivered is stored.
         */
        Delivered: {
            /**
             * Id
             * @description the execution that was started or signalled
             */
            id: string;
            /** Status */
            status: string;
        };
        /** Delivery */
        Delivery: {
            /** Execution Id */
            execution_id: string;
            /** Id */
            id: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "started" | "joined" | "signalled";
            /** Received At */
            received_at: string;
            /** Status */
            status: string;
        };
        /** DeliveryPage */
        DeliveryPage: {
            /** Items */
            items: components["schemas"]["Delivery"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * Diff
         * @description `text` is a unified diff of the YAML forms. Where nodes are drawn does not count.
         */
        Diff: {
            added: components["schemas"]["Parts"];
            /** Changed */
            changed: components["schemas"]["Change"][];
            /** From */
            from: number;
            /** Name */
            name: string;
            removed: components["schemas"]["Parts"];
            /** Text */
            text: string;
            /** To */
            to: number;
        };
        /** Difference */
        Difference: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "choice" | "result" | "output" | "would_run" | "not_run" | "end" | "failed";
            /** Message */
            message: string;
            /** Place */
            place: string;
        };
        /**
         * Error
         * @description Why an execution or an activity failed.
         */
        Error: {
            /** Message */
            message: string;
            /** Node Id */
            node_id?: string | null;
            /** Type */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** Execution */
        Execution: {
            /** Created At */
            created_at: string;
            error: components["schemas"]["Error"] | null;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /** Input */
            input: unknown;
            /** Next Retry At */
            next_retry_at: string | null;
            /** Nodes */
            nodes: {
                [key: string]: components["schemas"]["NodeState"];
            };
            /** Output */
            output: unknown;
            /** Parent Id */
            parent_id: string | null;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Queue */
            queue: string;
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["ExecutionStatus"];
            trigger: components["schemas"]["Trigger"] | null;
            /** Version */
            version: number;
            /** Waiting On */
            waiting_on: components["schemas"]["WaitingOn"][];
            /** Workflow */
            workflow: string;
        };
        /**
         * ExecutionFacets
         * @description With `capped` each number means at least so many. `workflow` are the 20 with the most.
         */
        ExecutionFacets: {
            /** Capped */
            capped: boolean;
            /** Status */
            status: {
                [key: string]: number;
            };
            /** Total */
            total: number;
            /** Workflow */
            workflow: components["schemas"]["WorkflowCount"][];
        };
        /**
         * ExecutionPage
         * @description `searched_until`: a search that no index answers looked at executions down to this time; `next_cursor` goes on.
         */
        ExecutionPage: {
            /** Items */
            items: components["schemas"]["ExecutionRow"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Searched Until */
            searched_until: string | null;
        };
        /**
         * ExecutionRow
         * @description An execution as lists and the live stream show it: without payloads.
         */
        ExecutionRow: {
            /** Created At */
            created_at: string;
            error: components["schemas"]["Error"] | null;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            /** Next Retry At */
            next_retry_at: string | null;
            /** Parent Id */
            parent_id: string | null;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Queue */
            queue: string;
            /** Started At */
            started_at: string | null;
            status: components["schemas"]["ExecutionStatus"];
            trigger: components["schemas"]["Trigger"] | null;
            /** Version */
            version: number;
            /** Workflow */
            workflow: string;
        };
        /**
         * ExecutionStatus
         * @enum {string}
         */
        ExecutionStatus: "running" | "waiting" | "paused" | "completed" | "failed" | "cancelled";
        /** ExpressionToPreview */
        ExpressionToPreview: {
            /**
             * Execution Id
             * @description an execution whose results are reused
             */
            execution_id?: string | null;
            /** Expression */
            expression?: string | null;
            /**
             * Graph Config
             * @description nodes, edges, settings, input_schema; that of the execution if left out
             */
            graph_config?: unknown;
            /**
             * Input
             * @description in place of the input of that execution
             */
            input?: unknown;
            /**
             * Names
             * @description other names with their values, such as `item` inside of a map
             */
            names?: {
                [key: string]: unknown;
            };
            /**
             * Node Id
             * @description such as `fetch`, or `each[3]/fetch` inside of a map; `fetch#2` is its second visit
             */
            node_id?: string | null;
            /**
             * Outputs
             * @description outputs by node id, which come before those of the execution
             */
            outputs?: {
                [key: string]: unknown;
            };
            /**
             * Template
             * @description a text with {{ expressions }} in it
             */
            template?: string | null;
        };
        /** Facet */
        Facet: {
            /** Count */
            count: number;
            /** Name */
            name: string;
        };
        /** Finding */
        Finding: {
            /** Code */
            code: string;
            /** Hint */
            hint?: string | null;
            /** Message */
            message: string;
            /** Path */
            path: string;
            /** Severity */
            severity: string;
        };
        /** Findings */
        Findings: {
            /** Findings */
            findings: components["schemas"]["Finding"][];
            /** Valid */
            valid: boolean;
        };
        /** Fire */
        Fire: {
            /** Execution Id */
            execution_id: string | null;
            /** Fire At */
            fire_at: string;
            /** Outcome */
            outcome: string;
            /** Reason */
            reason: string;
            /** Recorded At */
            recorded_at: string;
        };
        /** FirePage */
        FirePage: {
            /** Items */
            items: components["schemas"]["Fire"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** Fires */
        Fires: {
            /** Fires */
            fires: string[];
        };
        /**
         * Fork
         * @description `reused` are the places whose results are kept, `again` those that run first; `id` is null after a dry run.
         *
         *     The lists name a thousand at most. `input_replaced`: what is reused was computed with the input before.
         */
        Fork: {
            /** Again */
            again: string[];
            /** Again Count */
            again_count: number;
            /** Forked From */
            forked_from: string;
            /** From Node */
            from_node: string;
            /** Id */
            id: string | null;
            /** Input Replaced */
            input_replaced: boolean;
            /** Reused */
            reused: string[];
            /** Reused Count */
            reused_count: number;
            status: components["schemas"]["ExecutionStatus"];
            /** Version */
            version: number;
        };
        /**
         * ForkExecution
         * @description `input` left out keeps the input; null replaces it.
         */
        ForkExecution: {
            /**
             * By
             * @description who forks it; else who started the execution
             */
            by?: string | null;
            /**
             * Dry Run
             * @description only say what would be reused
             * @default false
             */
            dry_run?: boolean;
            /**
             * From Node
             * @description a node, or a visit of it (`fetch#2`), with the scope before it (`each[3]/fetch`)
             */
            from_node: string;
            /** Input */
            input?: unknown;
            /**
             * Version
             * @description another version, which all that is kept must fit
             */
            version?: number | null;
        };
        /** Health */
        Health: {
            /** Status */
            status: string;
        };
        /**
         * HealthFinding
         * @description One thing looked at: what was found and what it means, and what mends it. `code` is stable; `detail` has the figures.
         */
        HealthFinding: {
            /** Code */
            code: string;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /** Mend */
            mend: string;
            /** Sentence */
            sentence: string;
            /**
             * Severity
             * @enum {string}
             */
            severity: "ok" | "warning" | "error";
            /** Title */
            title: string;
        };
        /**
         * JournalItem
         * @description One row. `taken` null: every plain edge of the port, else edge ids with their tokens.
         */
        JournalItem: {
            /** Attempt */
            attempt: number;
            /** Detail */
            detail: unknown;
            /** Error */
            error: unknown;
            /** Finished At */
            finished_at: string | null;
            /** Kind */
            kind: string;
            /** Node Id */
            node_id: string;
            /** Output */
            output: unknown;
            /** Port */
            port: string | null;
            /** Scope */
            scope: string;
            /** Seq */
            seq: number;
            /** Started At */
            started_at: string | null;
            /** Status */
            status: string;
            /** Taken */
            taken: {
                [key: string]: number;
            } | null;
            /** Visit */
            visit: number;
            /** Worker Id */
            worker_id: string;
        };
        /** JournalPage */
        JournalPage: {
            /** Items */
            items: components["schemas"]["JournalItem"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** LastExecution */
        LastExecution: {
            /** Created At */
            created_at: string;
            /** Finished At */
            finished_at: string | null;
            /** Id */
            id: string;
            status: components["schemas"]["ExecutionStatus"];
        };
        /**
         * LiveChanged
         * @description Something in this list has changed; `ids` is null when it is not known what.
         */
        LiveChanged: {
            /** Ids */
            ids: string[] | null;
            topic: components["schemas"]["Topic"];
        };
        /**
         * LiveEnd
         * @description Nothing follows for this execution; `status` is null of one that does not exist.
         */
        LiveEnd: {
            /** Execution Id */
            execution_id: string;
            status: components["schemas"]["ExecutionStatus"] | null;
        };
        /**
         * LiveEvents
         * @description The data of each event by its name: an event has one of these.
         */
        LiveEvents: {
            changed: components["schemas"]["LiveChanged"];
            end: components["schemas"]["LiveEnd"];
            journal: components["schemas"]["LiveRow"];
            nodes: components["schemas"]["LiveNodes"];
            status: components["schemas"]["ExecutionRow"];
        };
        /**
         * LiveNodes
         * @description The nodes whose state has changed, at first all of them, as of row `seq`.
         */
        LiveNodes: {
            /** Execution Id */
            execution_id: string;
            /** Nodes */
            nodes: {
                [key: string]: components["schemas"]["NodeState"];
            };
            /** Seq */
            seq: number;
            /** Waiting On */
            waiting_on: components["schemas"]["WaitingOn"][];
        };
        /**
         * LiveRow
         * @description `row.output` is null and `row.detail.large` true where the result has more than 2 KiB.
         */
        LiveRow: {
            /** Execution Id */
            execution_id: string;
            row: components["schemas"]["JournalItem"];
        };
        /**
         * LogLine
         * @description `seq` orders the lines of an execution and leaves gaps.
         */
        LogLine: {
            /** At */
            at: string;
            /** Attempt */
            attempt: number;
            /** Fields */
            fields: {
                [key: string]: unknown;
            };
            /**
             * Level
             * @enum {string}
             */
            level: "debug" | "info" | "warning" | "error";
            /** Message */
            message: string;
            /** Node Id */
            node_id: string;
            /** Scope */
            scope: string;
            /** Seq */
            seq: number;
            /** Visit */
            visit: number;
        };
        /** LogPage */
        LogPage: {
            /** Items */
            items: components["schemas"]["LogLine"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** MakeLink */
        MakeLink: {
            /**
             * Expires
             * @description how long it is good for, such as `2d`; 7 days if left out
             */
            expires?: string | null;
            /**
             * Person
             * @description who decides with it; if left out, whoever opens it says who they are
             */
            person?: string | null;
        };
        /**
         * Misfit
         * @description `place` is a place in the execution; empty: the execution as a whole.
         */
        Misfit: {
            /** Code */
            code: string;
            /** Hint */
            hint: string | null;
            /** Message */
            message: string;
            /** Place */
            place: string;
        };
        /** Mistake */
        Mistake: {
            /** Column */
            column: number | null;
            /** Hint */
            hint: string | null;
            /** Message */
            message: string;
        };
        /**
         * Move
         * @description `begins` are places that the new version adds to what is under way; `waiting` is what it goes on to wait for.
         */
        Move: {
            /** Begins */
            begins: string[];
            /** Changed */
            changed: components["schemas"]["ChangedNode"][];
            /** Findings */
            findings: components["schemas"]["Misfit"][];
            /** Fits */
            fits: boolean;
            /** From Version */
            from_version: number;
            /** Id */
            id: string;
            status: components["schemas"]["ExecutionStatus"];
            /** Version */
            version: number;
            /** Waiting */
            waiting: components["schemas"]["WaitingOn"][];
        };
        /**
         * MoveConflict
         * @description An execution that ended, or that others moved, meanwhile.
         */
        MoveConflict: {
            /** Id */
            id: string;
            /** Message */
            message: string;
        };
        /** MoveExecution */
        MoveExecution: {
            /**
             * By
             * @description who asks for it; kept in the journal
             */
            by?: string | null;
            /**
             * Dry Run
             * @description only say whether it fits
             * @default false
             */
            dry_run?: boolean;
            /**
             * Version
             * @description the version to go on with, newer or older
             */
            version: number;
        };
        /** MoveExecutions */
        MoveExecutions: {
            /**
             * By
             * @description who asks for it; kept in the journal
             */
            by?: string | null;
            /** Cursor */
            cursor?: string | null;
            /**
             * Dry Run
             * @description only say whether it fits
             * @default false
             */
            dry_run?: boolean;
            /**
             * From Version
             * @description only executions that have this version
             */
            from_version: number;
            /**
             * Limit
             * @description so many open executions are looked at, whatever their version
             * @default 100
             */
            limit?: number;
            /**
             * Version
             * @description the version to go on with, newer or older
             */
            version: number;
        };
        /** Moves */
        Moves: {
            /** Conflicts */
            conflicts: components["schemas"]["MoveConflict"][];
            /** Items */
            items: components["schemas"]["Move"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * NodeState
         * @description `runs` is null of nodes without an inner graph, `progress` of those whose handler is not at work or says nothing.
         */
        NodeState: {
            /** Attempts */
            attempts: number;
            error: components["schemas"]["Error"] | null;
            /** Finished At */
            finished_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            runs: components["schemas"]["Runs"] | null;
            /** Started At */
            started_at: string | null;
            /** Status */
            status: string;
            /** Visits */
            visits: number;
        };
        /** NodeToTest */
        NodeToTest: {
            /**
             * By
             * @description who tries it
             */
            by?: string | null;
            /**
             * Execution Id
             * @description an execution whose results are reused
             */
            execution_id?: string | null;
            /**
             * Graph Config
             * @description nodes, edges, settings, input_schema
             */
            graph_config: unknown;
            /**
             * Input
             * @description in place of the input of that execution
             */
            input?: unknown;
            /**
             * Names
             * @description other names with their values, such as `item` inside of a map
             */
            names?: {
                [key: string]: unknown;
            };
            /**
             * Node Id
             * @description such as `fetch`, or `each[3]/fetch` inside of a map; `fetch#2` is its second visit
             */
            node_id: string;
            /**
             * Outputs
             * @description outputs by node id, which come before those of the execution
             */
            outputs?: {
                [key: string]: unknown;
            };
        };
        /** NodeType */
        NodeType: {
            /** Category */
            category: string;
            /** Config Schema */
            config_schema: {
                [key: string]: unknown;
            };
            /**
             * Deferred
             * @description the same, evaluated later, with `extra_names` besides the usual ones
             */
            deferred: string[];
            /**
             * Deferred Texts
             * @description texts with {{ expressions }} of that kind
             */
            deferred_texts: string[];
            /**
             * Dynamic Ports
             * @description the config says them: see /node-types/{node_type}/ports
             */
            dynamic_ports: boolean;
            /**
             * Example
             * @description a config that works
             */
            example: {
                [key: string]: unknown;
            } | null;
            /**
             * Expressions
             * @description paths in the config, such as `cases[].when`, that hold an expression
             */
            expressions: string[];
            /** Extra Names */
            extra_names: string[];
            /** Icon */
            icon: string;
            /** Output */
            output: string;
            /** Parks */
            parks: boolean;
            /** Ports */
            ports: string[];
            /** Summary */
            summary: string;
            /** Trigger */
            trigger: boolean;
            /** Type */
            type: string;
        };
        /** NodeTypes */
        NodeTypes: {
            /** Items */
            items: components["schemas"]["NodeType"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * Nothing
         * @description An empty object, or no body at all.
         */
        Nothing: Record<string, unknown>;
        /** OpenCounts */
        OpenCounts: {
            /** Paused */
            paused: number;
            /** Running */
            running: number;
            /** Waiting */
            waiting: number;
        };
        /** OpenSession */
        OpenSession: {
            /**
             * Token
             * @description one of the server's tokens
             */
            token: string;
        };
        /** OpenVersion */
        OpenVersion: {
            /**
             * By
             * @description who saved it, if that was said
             */
            by: string | null;
            /** Created At */
            created_at: string;
            /** Description */
            description: string;
            /** Name */
            name: string;
            /** @description executions of this version; of each status of a workflow at most 10,000 are counted */
            open: components["schemas"]["OpenCounts"];
            /** Version */
            version: number;
        };
        /** Outcome */
        Outcome: {
            /** Label */
            label: string;
            /** Port */
            port: string;
            /**
             * Style
             * @enum {string}
             */
            style: "primary" | "danger" | "plain";
        };
        /** Part */
        Part: {
            /** Id */
            id: string;
            /** Value */
            value: {
                [key: string]: unknown;
            };
        };
        /** Parts */
        Parts: {
            /** Edges */
            edges: components["schemas"]["Part"][];
            /** Nodes */
            nodes: components["schemas"]["Part"][];
        };
        /**
         * PersonDecision
         * @description What one person says now.
         */
        PersonDecision: {
            /** At */
            at: string;
            /** By */
            by: string;
            /** Comment */
            comment: string;
            /** Data */
            data: unknown;
            /** Decision */
            decision: string;
            /** Via */
            via: string;
        };
        /**
         * Ports
         * @description In order; every node has `error` besides.
         */
        Ports: {
            /** Ports */
            ports: string[];
        };
        /** Preview */
        Preview: {
            /**
             * At
             * @description single times, each once
             */
            at?: string[] | null;
            /**
             * Count
             * @default 10
             */
            count?: number;
            /** Cron */
            cron?: string | null;
            /**
             * Dst
             * @default debian
             */
            dst?: string;
            /**
             * End At
             * @description no fire after it
             */
            end_at?: string | null;
            /** Interval */
            interval?: (number | string) | null;
            /**
             * Start
             * @description now if left out
             */
            start?: string | null;
            /**
             * Start At
             * @description no fire before it; an interval counts from here
             */
            start_at?: string | null;
            /**
             * Timezone
             * @default UTC
             */
            timezone?: string;
        };
        /**
         * Previewed
         * @description A value over 64 KiB is `{truncated, bytes, head}`; `type` is null, boolean, number, text, list or object.
         */
        Previewed: {
            error: components["schemas"]["Mistake"] | null;
            /** Ok */
            ok: boolean;
            /** Type */
            type: string | null;
            /** Value */
            value: unknown;
        };
        /**
         * Problem
         * @description Every answer of 400 and above, as `application/problem+json`.
         */
        Problem: {
            /** Detail */
            detail: string;
            /** Errors */
            errors: components["schemas"]["ProblemError"][];
            /**
             * State
             * @description 409: the state that won
             */
            state?: string | null;
            /** Status */
            status: number;
            /** Title */
            title: string;
        };
        /** ProblemError */
        ProblemError: {
            /** Code */
            code?: string | null;
            /** Hint */
            hint?: string | null;
            /** Message */
            message: string;
            /** Path */
            path: string;
            /** Severity */
            severity?: string | null;
        };
        /**
         * Progress
         * @description What a handler under way says of itself: so much `done`, of `total` or as a fraction of 1, and a text.
         */
        Progress: {
            /** At */
            at: string;
            /** Done */
            done: number | null;
            /** Message */
            message: string;
            /** Total */
            total: number | null;
        };
        /**
         * Reason
         * @description One sentence on why an execution is where it is, and what mends it.
         */
        Reason: {
            /** Kind */
            kind: string;
            /** Mend */
            mend: string;
            /** Node Id */
            node_id: string | null;
            /** Sentence */
            sentence: string;
        };
        /** Reasons */
        Reasons: {
            /** Reasons */
            reasons: components["schemas"]["Reason"][];
        };
        /** RecentStatus */
        RecentStatus: {
            /** Id */
            id: string;
            status: components["schemas"]["ExecutionStatus"];
        };
        /** Refusal */
        Refusal: {
            /** Detail */
            detail: string;
            /** Id */
            id: string;
            /** State */
            state: string;
        };
        /**
         * Replay
         * @description `not_run` ran and would not have, `would_run` the other way round; `needs` are places whose result nobody knows.
         */
        Replay: {
            /** End */
            end: string;
            first: components["schemas"]["Difference"] | null;
            /** Id */
            id: string;
            /** Needs */
            needs: string[];
            /** Not Run */
            not_run: string[];
            /**
             * Result
             * @enum {string}
             */
            result: "same" | "differs" | "unknown" | "failed";
            /** Version */
            version: number;
            /** Would End */
            would_end: string | null;
            /** Would Run */
            would_run: string[];
        };
        /**
         * ReplayPlace
         * @description Executions that differ first at this node, or lack its result; `example` is one of them.
         */
        ReplayPlace: {
            /** Count */
            count: number;
            /** Example */
            example: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "choice" | "result" | "output" | "would_run" | "not_run" | "end" | "failed" | "unknown";
            /** Place */
            place: string;
        };
        /**
         * ReplayWorkflow
         * @description `graph_config`, or `version`; neither: the latest version.
         */
        ReplayWorkflow: {
            /** Cursor */
            cursor?: string | null;
            /**
             * Graph Config
             * @description nodes, edges, settings, input_schema
             */
            graph_config?: unknown;
            /**
             * Limit
             * @description so many executions, the latest first
             * @default 200
             */
            limit?: number;
            /** @description only executions in this status; else all that are over */
            status?: components["schemas"]["ExecutionStatus"] | null;
            /** Version */
            version?: number | null;
        };
        /**
         * Replays
         * @description One page; `timed_out`: it ended early, and `next_cursor` goes on.
         */
        Replays: {
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Items */
            items: components["schemas"]["Replay"][];
            /** Next Cursor */
            next_cursor: string | null;
            /** Places */
            places: components["schemas"]["ReplayPlace"][];
            /** Timed Out */
            timed_out: boolean;
        };
        /**
         * Reply
         * @description A message to an execution was taken; what it does is seen in the execution.
         */
        Reply: {
            /** Id */
            id: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "accepted" | "duplicate";
            /** Status */
            status: string | null;
        };
        /** RetryExecution */
        RetryExecution: {
            /**
             * From Node
             * @description a node, or a visit of it (`fetch#2`), with the scope before it (`each[3]/fetch`)
             */
            from_node?: string | null;
        };
        /**
         * Role
         * @description From the least to the most: who has one may do all that those before it may.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "admin";
        /**
         * Run
         * @description An item or turn that has begun; `scope` names it elsewhere.
         */
        Run: {
            error: components["schemas"]["Error"] | null;
            /** Finished At */
            finished_at: string | null;
            /** Index */
            index: number;
            /** Scope */
            scope: string;
            /** Started At */
            started_at: string | null;
            /** Status */
            status: string;
        };
        /** RunNow */
        RunNow: {
            /**
             * Overlap
             * @description the schedule's own if left out
             */
            overlap?: string | null;
        };
        /** RunPage */
        RunPage: {
            /** Items */
            items: components["schemas"]["Run"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** RunWorkflow */
        RunWorkflow: {
            /**
             * By
             * @description who starts it, for approvals that somebody else must decide
             */
            by?: string | null;
            /**
             * Idempotency Key
             * @description the same as the header Idempotency-Key
             */
            idempotency_key?: string | null;
            /** Input */
            input?: unknown;
            /**
             * Priority
             * @default normal
             */
            priority?: ("low" | "normal" | "high" | "critical") | number;
            /**
             * Trigger
             * @description the trigger node that fires, where there are several
             */
            trigger?: string | null;
            /**
             * Version
             * @description the latest if left out
             */
            version?: number | null;
        };
        /**
         * Runs
         * @description The items or turns of a composite node.
         */
        Runs: {
            /** Completed */
            completed: number;
            /** Failed */
            failed: number;
            /** Running */
            running: number;
            /** Total */
            total: number;
        };
        /** SaveWorkflow */
        SaveWorkflow: {
            /**
             * By
             * @description who saves it, kept with the version
             */
            by?: string | null;
            /** Description */
            description?: string | null;
            /**
             * Expected Version
             * @description 409 if the graph changed and another version was saved meanwhile; 0: new
             */
            expected_version?: number | null;
            /**
             * Graph Config
             * @description nodes, edges, settings, input_schema
             */
            graph_config: Record<string, unknown>;
        };
        /** SavedWorkflow */
        SavedWorkflow: {
            /** Name */
            name: string;
            /** Version */
            version: number;
            /** Warnings */
            warnings: components["schemas"]["Finding"][];
        };
        /** Schedule */
        Schedule: {
            /** At */
            at: string[];
            /** Catch Up */
            catch_up: string;
            /** Catch Up Limit */
            catch_up_limit: number | null;
            /** Catch Up Window */
            catch_up_window: number | null;
            /** Created At */
            created_at: string;
            /** Cron */
            cron: string | null;
            /** Dst */
            dst: string;
            /** End At */
            end_at: string | null;
            /** Error */
            error: string | null;
            /** Id */
            id: string;
            /** Input */
            input: unknown;
            /** Interval */
            interval: number | null;
            /** Jitter */
            jitter: number;
            /** Next Fire At */
            next_fire_at: string | null;
            /** Overlap */
            overlap: string;
            /** Paused */
            paused: boolean;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Start At */
            start_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "paused" | "ended" | "set_aside";
            /** Timezone */
            timezone: string;
            /** Version */
            version: number | null;
            /** Workflow */
            workflow: string;
        };
        /** SchedulePage */
        SchedulePage: {
            /** Items */
            items: components["schemas"]["ScheduleRow"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** ScheduleRow */
        ScheduleRow: {
            /** At */
            at: string[];
            /** Catch Up */
            catch_up: string;
            /** Catch Up Limit */
            catch_up_limit: number | null;
            /** Catch Up Window */
            catch_up_window: number | null;
            /** Created At */
            created_at: string;
            /** Cron */
            cron: string | null;
            /** Dst */
            dst: string;
            /** End At */
            end_at: string | null;
            /** Error */
            error: string | null;
            /** Id */
            id: string;
            /** Interval */
            interval: number | null;
            /** Jitter */
            jitter: number;
            /** Next Fire At */
            next_fire_at: string | null;
            /** Overlap */
            overlap: string;
            /** Paused */
            paused: boolean;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Start At */
            start_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "paused" | "ended" | "set_aside";
            /** Timezone */
            timezone: string;
            /** Version */
            version: number | null;
            /** Workflow */
            workflow: string;
        };
        /**
         * Scope
         * @description `graph_path` are the nodes whose inner graph this is, the outermost first.
         */
        Scope: {
            /** Graph Path */
            graph_path: string[];
            /** Nodes */
            nodes: {
                [key: string]: components["schemas"]["NodeState"];
            };
            /** Scope */
            scope: string;
        };
        /**
         * Secret
         * @description `opens`: whether this server has the key that it is sealed with.
         */
        Secret: {
            /** Name */
            name: string;
            /** Opens */
            opens: boolean;
            /** Set At */
            set_at: string;
            /** Set By */
            set_by: string | null;
        };
        /**
         * SecretName
         * @description A reference to a secret that is stored by its name.
         */
        SecretName: {
            /** Secret */
            secret: string;
        };
        /** SecretPage */
        SecretPage: {
            /** Items */
            items: components["schemas"]["Secret"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** SecretUse */
        SecretUse: {
            /** Name */
            name: string;
            /** Opens */
            opens: boolean;
            /** Set At */
            set_at: string;
            /** Set By */
            set_by: string | null;
            /**
             * Workflows
             * @description those whose latest version names it, or one of whose webhooks does
             */
            workflows: string[];
        };
        /** Seen */
        Seen: {
            /** Error */
            error: unknown;
            /** Output */
            output: unknown;
        };
        /**
         * SeenScope
         * @description `visit` is null when the node has not run. Large values are `{truncated, bytes, head}`.
         */
        SeenScope: {
            /** Names */
            names: {
                [key: string]: unknown;
            };
            /** Node Count */
            node_count: number;
            /** Nodes */
            nodes: {
                [key: string]: components["schemas"]["Seen"];
            };
            /** Scope */
            scope: string;
            /** Visit */
            visit: string | null;
        };
        /** SendSignal */
        SendSignal: {
            /** Payload */
            payload?: unknown;
            /**
             * Signal Id
             * @description two signals with the same one count once
             */
            signal_id?: string | null;
        };
        /**
         * Session
         * @description `required`: the server has tokens. `authenticated`: the caller may use it, by a token, a cookie or because none is needed.
         */
        Session: {
            /** Authenticated */
            authenticated: boolean;
            /**
             * Name
             * @description the name of the caller's token, if it is a stored one
             */
            name: string | null;
            /** Required */
            required: boolean;
            /** @description what the caller may do; null: nothing */
            role: components["schemas"]["Role"] | null;
            /** Version */
            version: string;
        };
        /** SetSecret */
        SetSecret: {
            /**
             * Value
             * @description never answered again
             */
            value: string;
        };
        /** SignalReply */
        SignalReply: {
            /** Execution Id */
            execution_id: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "accepted" | "duplicate";
            /** Signal */
            signal: string;
            status: components["schemas"]["ExecutionStatus"] | null;
        };
        /** StartedExecution */
        StartedExecution: {
            /** Id */
            id: string;
            /**
             * Status
             * @enum {string}
             */
            status: "running" | "waiting";
            /** Url */
            url: string;
        };
        /**
         * StartedTest
         * @description `reused` are the nodes whose results it was given.
         */
        StartedTest: {
            /** Id */
            id: string;
            /** Reused */
            reused: string[];
            /** Status */
            status: string;
            /** Url */
            url: string;
        };
        /**
         * Stats
         * @description `executions` by status; `ready` are runnable ones that no worker has taken yet.
         */
        Stats: {
            /** Database */
            database: {
                [key: string]: string;
            };
            /** Executions */
            executions: {
                [key: string]: number;
            };
            /** Ready */
            ready: number;
            /** Version */
            version: string;
            /** Workers Alive */
            workers_alive: number;
        };
        /**
         * SteerMany
         * @description With neither filters nor `ids`: every execution that the action fits.
         */
        SteerMany: {
            /**
             * Action
             * @enum {string}
             */
            action: "retry" | "cancel" | "pause" | "resume" | "signal";
            /**
             * Compensate
             * @description of a cancel: first undo what has been done
             * @default false
             */
            compensate?: boolean;
            /**
             * Cursor
             * @description `next` of the call before
             */
            cursor?: string | null;
            /**
             * Dry Run
             * @description only say how many, and who would be refused
             * @default false
             */
            dry_run?: boolean;
            /**
             * Idempotency Key
             * @description the same request again counts once in each execution
             */
            idempotency_key?: string | null;
            /**
             * Ids
             * @description whole ids, without any filter
             */
            ids?: string[] | null;
            /**
             * Limit
             * @description executions that one call looks at
             * @default 1000
             */
            limit?: number;
            /** Parent */
            parent?: string | null;
            /** Payload */
            payload?: unknown;
            /**
             * Q
             * @description a search, such as `status:failed since:24h refund`
             */
            q?: string | null;
            /**
             * Reason
             * @description of a cancel
             * @default
             */
            reason?: string;
            /**
             * Signal
             * @description the signal's name
             */
            signal?: string | null;
            /**
             * Signal Id
             * @description two signals with the same one count once in each execution
             */
            signal_id?: string | null;
            /**
             * Status
             * @description left out: those that the action fits
             */
            status?: ("running" | "waiting" | "paused" | "completed" | "failed" | "cancelled") | ("running" | "waiting" | "paused" | "completed" | "failed" | "cancelled")[] | null;
            /**
             * Waiting
             * @description a signal only for those that wait for it now
             * @default false
             */
            waiting?: boolean;
            /** Workflow */
            workflow?: string | null;
        };
        /**
         * Steered
         * @description `matched` executions were looked at, `done` told now or before; of `refused_count`, `refused` has the first hundred.
         */
        Steered: {
            /** Done */
            done: number;
            /** Matched */
            matched: number;
            /** Next */
            next: string | null;
            /** Refused */
            refused: components["schemas"]["Refusal"][];
            /** Refused Count */
            refused_count: number;
        };
        /** Token */
        Token: {
            /** Created At */
            created_at: string;
            /** Created By */
            created_by: string | null;
            /** Expires At */
            expires_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
            role: components["schemas"]["Role"];
            /**
             * State
             * @enum {string}
             */
            state: "active" | "expired" | "revoked";
        };
        /** TokenPage */
        TokenPage: {
            /** Items */
            items: components["schemas"]["Token"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * Topic
         * @description A list that somebody looks at.
         * @enum {string}
         */
        Topic: "executions" | "approvals" | "schedules" | "workers" | "workflows";
        /**
         * Trigger
         * @description What started it; the payload only where one execution is asked for.
         */
        Trigger: {
            /** Node */
            node?: string | null;
            /** Type */
            type?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** ValidateWorkflow */
        ValidateWorkflow: {
            /** Description */
            description?: string | null;
            /**
             * Graph Config
             * @description nodes, edges, settings, input_schema
             */
            graph_config: Record<string, unknown>;
            /** Name */
            name?: string | null;
        };
        /** VersionPage */
        VersionPage: {
            /** Items */
            items: components["schemas"]["OpenVersion"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** WaitingOn */
        WaitingOn: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "time" | "signal" | "approval" | "child" | "retry" | "rate" | "slot" | "gate" | "join";
            /** Node Id */
            node_id: string | null;
        } & {
            [key: string]: unknown;
        };
        /** Webhook */
        Webhook: {
            /** Created At */
            created_at: string;
            /** Deliveries */
            deliveries: number;
            /** Description */
            description: string;
            /** Execution */
            execution: string | null;
            /** Id */
            id: string;
            /** Input */
            input: unknown;
            /** Last Delivery At */
            last_delivery_at: string | null;
            /** Last Refusal */
            last_refusal: string | null;
            /** Last Refused At */
            last_refused_at: string | null;
            /**
             * Path
             * @description where to deliver; who knows it may
             */
            path: string;
            /** Paused */
            paused: boolean;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Refusals */
            refusals: number;
            secret: components["schemas"]["SecretName"] | null;
            /** Signal */
            signal: string | null;
            /**
             * Signing
             * @enum {string}
             */
            signing: "none" | "hmac" | "github" | "stripe" | "standard";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "paused";
            /** Trigger */
            trigger: string | null;
            /** Version */
            version: number | null;
            /** Workflow */
            workflow: string;
        };
        /** WebhookPage */
        WebhookPage: {
            /** Items */
            items: components["schemas"]["WebhookRow"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** WebhookRow */
        WebhookRow: {
            /** Created At */
            created_at: string;
            /** Deliveries */
            deliveries: number;
            /** Description */
            description: string;
            /** Execution */
            execution: string | null;
            /** Id */
            id: string;
            /** Last Delivery At */
            last_delivery_at: string | null;
            /** Last Refusal */
            last_refusal: string | null;
            /** Last Refused At */
            last_refused_at: string | null;
            /** Paused */
            paused: boolean;
            /**
             * Priority
             * @enum {string}
             */
            priority: "low" | "normal" | "high" | "critical";
            /** Refusals */
            refusals: number;
            secret: components["schemas"]["SecretName"] | null;
            /** Signal */
            signal: string | null;
            /**
             * Signing
             * @enum {string}
             */
            signing: "none" | "hmac" | "github" | "stripe" | "standard";
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "paused";
            /** Trigger */
            trigger: string | null;
            /** Version */
            version: number | null;
            /** Workflow */
            workflow: string;
        };
        /**
         * Worker
         * @description `alive`: its lease had not run out when this was asked. `abandoned_threads` are at work for handlers that timed out.
         */
        Worker: {
            /** Abandoned Threads */
            abandoned_threads: number;
            /** Alive */
            alive: boolean;
            /** Beat At */
            beat_at: string;
            /** Concurrency */
            concurrency: number;
            /** Draining */
            draining: boolean;
            /** Executions */
            executions: number;
            /** Host */
            host: string;
            /** Id */
            id: string;
            /** Lease Until */
            lease_until: string;
            /** Node Types */
            node_types: string[];
            /** Pid */
            pid: number;
            /** Queues */
            queues: string[];
            /** Started At */
            started_at: string;
        };
        /** Workers */
        Workers: {
            /** Items */
            items: components["schemas"]["Worker"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /** Workflow */
        Workflow: {
            /**
             * By
             * @description who saved it, if that was said
             */
            by: string | null;
            /** Created At */
            created_at: string;
            /** Description */
            description: string;
            /** Graph Config */
            graph_config: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /** Version */
            version: number;
        };
        /** WorkflowCount */
        WorkflowCount: {
            /** Count */
            count: number;
            /** Value */
            value: string;
        };
        /** WorkflowPage */
        WorkflowPage: {
            /** Items */
            items: components["schemas"]["WorkflowRow"][];
            /** Next Cursor */
            next_cursor: string | null;
        };
        /**
         * WorkflowRow
         * @description `open` by status, each counted to 10,000; `recent` are its last 20 executions, newest first.
         */
        WorkflowRow: {
            /** Created At */
            created_at: string;
            /** Description */
            description: string;
            last: components["schemas"]["LastExecution"] | null;
            /** Name */
            name: string;
            /** Open */
            open: {
                [key: string]: number;
            };
            /** Recent */
            recent: components["schemas"]["RecentStatus"][];
            /** Updated At */
            updated_at: string;
            /** Version */
            version: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_approvals: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                status?: ("open" | "decided" | "expired") | null;
                execution_id?: string | null;
                workflow?: string | null;
                assignee?: string | null;
                group?: string | null;
                /** @description only open ones whose due time has passed */
                overdue?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_approvals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalFacets"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalRecord"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decide"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalRecord"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delegate_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Delegate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalRecord"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    link_approval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MakeLink"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalLink"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_executions: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                status?: components["schemas"]["ExecutionStatus"] | null;
                workflow?: string | null;
                parent?: string | null;
                /** @description a search, such as `status:failed,running since:24h refund` */
                q?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    steer_executions: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SteerMany"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_executions: {
        parameters: {
            query?: {
                status?: components["schemas"]["ExecutionStatus"] | null;
                workflow?: string | null;
                parent?: string | null;
                /** @description a search, such as `status:failed,running since:24h refund` */
                q?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionFacets"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_activity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a node, or a visit of it (`fetch#2`), with the scope before it (`each[3]/fetch`) */
                place: string;
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_output: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a node, or a visit of it (`fetch#2`), with the scope before it (`each[3]/fetch`) */
                place: string;
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelExecution"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_execution: {
        parameters: {
            query?: {
                /** @description as Last-Event-ID, which wins */
                after?: number;
            };
            header?: {
                "last-event-id"?: string | null;
            };
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fork_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForkExecution"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fork"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fork"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journal: {
        parameters: {
            query?: {
                /** @description only rows with a greater seq */
                after?: number;
                /** @description the next_cursor of the page before; wins over `after` */
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_logs: {
        parameters: {
            query?: {
                /** @description only what this node said */
                node?: string | null;
                /** @description only what was said there: `each[3]`, or empty for the top */
                scope?: string | null;
                /** @description only what was said in this visit of a node */
                visit?: number | null;
                /** @description only lines with a greater seq, such as next_cursor */
                after?: number;
                limit?: number;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    move_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveExecution"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Move"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_nodes: {
        parameters: {
            query?: {
                /** @description such as `each[3]`; empty: the execution itself */
                scope?: string;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scope"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryExecution"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_runs: {
        parameters: {
            query: {
                limit?: number;
                cursor?: string | null;
                /** @description the id of a node with an inner graph */
                node: string;
                /** @description the scope that the node is in, such as `each[3]` */
                scope?: string;
                /** @description only those of this status */
                status?: string | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_scope: {
        parameters: {
            query?: {
                /** @description such as `fetch`, or `each[3]/fetch` inside of a map; `fetch#2` is its second visit; what is seen at the end if left out */
                node?: string | null;
                /** @description the item or turn, such as `each[3]`, if `node` does not say it */
                scope?: string | null;
            };
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SeenScope"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_signal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SendSignal"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignalReply"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain_execution: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reasons"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_expression: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExpressionToPreview"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Previewed"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckUp"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_live: {
        parameters: {
            query?: {
                /** @description the whole id of an execution; repeatable */
                execution?: string[];
                /** @description a list to be told of; repeatable */
                topic?: components["schemas"]["Topic"][];
                /** @description as Last-Event-ID, which wins: go on behind this event */
                after?: string | null;
            };
            header?: {
                "last-event-id"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["LiveEvents"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_node_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeTypes"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tell_ports: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                node_type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfigForPorts"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ports"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                workflow?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchedulePage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddSchedule"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    preview_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Preview"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fires"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSchedule"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backfill_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Backfill"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfilled"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_fires: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                outcome?: string | null;
            };
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirePage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    next_fires: {
        parameters: {
            query?: {
                start?: string | null;
                count?: number;
            };
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fires"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunNow"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fire"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretUse"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetSecret"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    open_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenSession"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    broadcast_signal: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string | null;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Broadcast"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Steered"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_webhooks: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                workflow?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddWebhook"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workers"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workflows: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validate_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ValidateWorkflow"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Findings"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaveWorkflow"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_versions: {
        parameters: {
            query?: {
                /** @description the one before `to` if left out */
                from?: number | null;
                /** @description the latest if left out */
                to?: number | null;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diff"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    move_executions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveExecutions"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Moves"];
                };
            };
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Moves"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayWorkflow"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replays"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_workflow: {
        parameters: {
            query?: {
                /** @description wait for the end, such as `20s`; at most 60 s */
                wait?: string | null;
            };
            header?: {
                "idempotency-key"?: string | null;
                /** @description The caller's span, as W3C Trace Context has it; ignored if not valid. */
                traceparent?: string | null;
                /** @description What tracing systems pass along with it. */
                tracestate?: string | null;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunWorkflow"] | null;
            };
        };
        responses: {
            /** @description Started before: see below */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedExecution"] | components["schemas"]["Execution"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedExecution"] | components["schemas"]["Execution"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NodeToTest"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedTest"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    is_alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                path: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Delivered before: answered as the first time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivered"];
                };
            };
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivered"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: {
                accept?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    is_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
