import { jsonRows, openedAtFirst, type Opened } from "./json-rows";

let value: unknown;

self.onmessage = ({ data }: MessageEvent<{ text?: string; opened?: Opened }>) => {
  try {
    if (data.text !== undefined) value = JSON.parse(data.text);
    const opened = data.opened ?? openedAtFirst(value);
    self.postMessage({ rows: jsonRows(value, opened), opened });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
