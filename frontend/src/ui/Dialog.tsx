import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "./Button";
import { cx } from "./cx";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One line under the title. */
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
}

const SCRIM = "fixed inset-0 z-40 bg-scrim";

function Frame({ title, description, onClose, children, footer, className }: Omit<Props, "open"> & { className: string }) {
  return (
    <Radix.Content
      className={cx("fixed z-40 flex flex-col bg-surface focus:outline-none", className)}
      onOpenAutoFocus={(event) => {
        // The first field, else the dialog itself: the focus on the close button would open its tooltip.
        event.preventDefault();
        const box = event.currentTarget as HTMLElement;
        (box.querySelector<HTMLElement>("[autofocus], input, textarea, select") ?? box).focus();
      }}
       {...(description ? {} : { "aria-describedby": undefined })}
    >
      <header className="flex items-start gap-3 border-b px-4 py-3">
        <div className="min-w-0 flex-1">
          <Radix.Title className="truncate text-lg font-semibold">{title}</Radix.Title>
          {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
        </div>
        <IconButton icon={X} label="Close" shortcut="escape" size="sm" onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-auto p-4">{children}</div>
      {footer && <footer className="flex justify-end gap-2 border-t px-4 py-3">{footer}</footer>}
    </Radix.Content>
  );
}

export function Dialog({ open, wide, ...rest }: Props & { wide?: boolean }) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && rest.onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Frame {...rest} className={cx("overlay top-[8vh] left-1/2 max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2", wide ? "max-w-3xl" : "max-w-lg")} />
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Slides in from the right; the whole screen on phones. */
export function Drawer({ open, ...rest }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && rest.onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Frame {...rest} className="inset-y-0 right-0 w-full max-w-xl animate-slide border-l shadow-high" />
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Asks before something that cannot be undone. Stays open while `onConfirm` runs; closes when it succeeds. */
export function ConfirmDialog({ confirm, danger = false, onConfirm, ...rest }: Omit<Props, "footer"> & { confirm: string; danger?: boolean; onConfirm: () => unknown }) {
  const [busy, setBusy] = useState(false);
  async function run() {
    setBusy(true);
    try {
      await onConfirm();
      rest.onClose();
    } catch {
      // The caller's mutation shows its error; the question stays.
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      {...rest}
      footer={
        <>
          <Button onClick={rest.onClose}>Cancel</Button>
          <Button look={danger ? "danger" : "primary"} busy={busy} onClick={() => void run()}>{confirm}</Button>
        </>
      }
    />
  );
}
