import type { LayoutRequest } from "./layout";
import type { Positions } from "./to-flow";

const GAP = { x: 80, y: 36 };
const SWEEPS = 12;

/** A layered layout for large graphs: layers by the longest path, an order by the middle of the neighbours, in time that grows with the edges. */
export function layered({ nodes, edges }: LayoutRequest): Positions {
  const forward = withoutCycles(nodes.map((node) => node.id), edges);
  const layer = layersOf(nodes.map((node) => node.id), forward);
  const rows: string[][] = [];
  for (const node of nodes) (rows[layer.get(node.id)!] ??= []).push(node.id);
  const before = neighbours(forward, "target", "source");
  const after = neighbours(forward, "source", "target");
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) order(rows, sweep % 2 === 0 ? before : after, sweep % 2 === 0);
  return place(rows, new Map(nodes.map((node) => [node.id, node])), before, after);
}

type Ends = { source: string; target: string };

/** The edges that lead onwards, seen from a depth-first walk: those that close a cycle are turned around. */
function withoutCycles(ids: string[], edges: Ends[]): Ends[] {
  const out = new Map<string, number[]>(ids.map((id) => [id, []]));
  edges.forEach((edge, index) => out.get(edge.source)!.push(index));
  const state = new Map<string, 1 | 2>();
  const turned = new Set<number>();
  const targets = new Set(edges.map((edge) => edge.target));
  for (const start of [...ids.filter((id) => !targets.has(id)), ...ids]) {
    if (state.has(start)) continue;
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }];
    state.set(start, 1);
    while (stack.length) {
      const top = stack.at(-1)!;
      const index = out.get(top.id)![top.next++];
      if (index === undefined) {
        state.set(top.id, 2);
        stack.pop();
        continue;
      }
      const target = edges[index]!.target;
      if (state.get(target) === 1) turned.add(index);
      else if (!state.has(target)) {
        state.set(target, 1);
        stack.push({ id: target, next: 0 });
      }
    }
  }
  return edges.flatMap(({ source, target }, index) => (source === target ? [] : turned.has(index) ? [{ source: target, target: source }] : [{ source, target }]));
}

function layersOf(ids: string[], edges: Ends[]): Map<string, number> {
  const layer = new Map(ids.map((id) => [id, 0]));
  const waiting = new Map(ids.map((id) => [id, 0]));
  const out = neighbours(edges, "source", "target");
  for (const { target } of edges) waiting.set(target, waiting.get(target)! + 1);
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let at = 0; at < ready.length; at += 1) {
    for (const next of out.get(ready[at]!) ?? []) {
      layer.set(next, Math.max(layer.get(next)!, layer.get(ready[at]!)! + 1));
      waiting.set(next, waiting.get(next)! - 1);
      if (waiting.get(next) === 0) ready.push(next);
    }
  }
  return layer;
}

function neighbours(edges: Ends[], of: keyof Ends, to: keyof Ends): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const edge of edges) {
    const list = found.get(edge[of]);
    if (list) list.push(edge[to]);
    else found.set(edge[of], [edge[to]]);
  }
  return found;
}

/** Sorts each layer by the mean place of the neighbours in the layers looked at before. */
function order(rows: string[][], around: Map<string, string[]>, down: boolean): void {
  const spot = new Map<string, number>();
  const note = (row: string[]) => row.forEach((id, index) => spot.set(id, (index + 0.5) / row.length));
  rows.forEach(note);
  for (const row of down ? rows : [...rows].reverse()) {
    const weight = new Map(row.map((id) => {
      const places = (around.get(id) ?? []).map((other) => spot.get(other)!);
      return [id, places.length ? places.reduce((sum, each) => sum + each, 0) / places.length : spot.get(id)!];
    }));
    row.sort((one, other) => weight.get(one)! - weight.get(other)!);
    note(row);
  }
}

/** Each node near the middle of its neighbours, as far as the order in its layer leaves room. */
function place(rows: string[][], sizes: Map<string, { width: number; height: number }>, before: Map<string, string[]>, after: Map<string, string[]>): Positions {
  const middle = new Map<string, number>();
  const step = (id: string) => sizes.get(id)!.height + GAP.y;
  for (const row of rows) {
    const total = row.reduce((sum, id) => sum + step(id), 0);
    let y = -total / 2;
    for (const id of row) {
      middle.set(id, y + step(id) / 2);
      y += step(id);
    }
  }
  for (let pass = 0; pass < 4; pass += 1) {
    const around = pass % 2 === 0 ? before : after;
    for (const row of pass % 2 === 0 ? rows : [...rows].reverse()) {
      const wish = row.map((id) => {
        const all = (around.get(id) ?? []).map((other) => middle.get(other)!);
        return all.length ? all.reduce((sum, each) => sum + each, 0) / all.length : middle.get(id)!;
      });
      spread(row, wish, step).forEach((y, index) => middle.set(row[index]!, y));
    }
  }
  let x = 0;
  const found: Positions = {};
  for (const row of rows) {
    for (const id of row) found[id] = { x, y: Math.round((middle.get(id)! - sizes.get(id)!.height / 2) / 10) * 10 };
    x += Math.max(...row.map((id) => sizes.get(id)!.width)) + GAP.x;
  }
  return found;
}

/** Places in this order without overlap, with the least squared distance to the wishes (pool adjacent violators). */
function spread(row: string[], wish: number[], step: (id: string) => number): number[] {
  const offsets: number[] = [];
  row.reduce((y, id, index) => {
    offsets.push(y);
    return y + (step(id) + step(row[index + 1] ?? id)) / 2;
  }, 0);
  const blocks: { sum: number; count: number }[] = [];
  for (const [index, want] of wish.entries()) {
    blocks.push({ sum: want - offsets[index]!, count: 1 });
    while (blocks.length > 1 && blocks.at(-2)!.sum / blocks.at(-2)!.count > blocks.at(-1)!.sum / blocks.at(-1)!.count) {
      const last = blocks.pop()!;
      const into = blocks.at(-1)!;
      into.sum += last.sum;
      into.count += last.count;
    }
  }
  return blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count)).map((base, index) => base + offsets[index]!);
}
