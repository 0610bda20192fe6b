import { LiveHub, type FromTab, type Source } from "./live-hub";

const hub = new LiveHub((url) => new EventSource(url) as unknown as Source);

self.addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  port.onmessage = ({ data }: MessageEvent<FromTab>) => hub.receive(port, data);
});
