/** Gathers what comes in quick succession and tells it together: the first after a pause at once, the rest once a `pause` (milliseconds). */
export class Batch<T> {
  private items: T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private told = -Infinity;

  constructor(
    private readonly tell: (items: T[]) => void,
    private readonly pause: number,
    private readonly clock: () => number = Date.now,
  ) {}

  add(item: T): void {
    this.items.push(item);
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.told + this.pause - this.clock()));
  }

  private flush(): void {
    this.timer = undefined;
    this.told = this.clock();
    const items = this.items;
    this.items = [];
    this.tell(items);
  }
}
