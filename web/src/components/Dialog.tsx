// A modal dialog: Esc and a press beside it close it, and the focus returns to what opened it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { say } from '../texts';
import { Icon } from './Icon';

interface Props {
  name: string;
  kick?: string;
  title: string;
  below?: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ name, kick, title, below, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    heading.current?.focus();
    return () => {
      shown?.close(); // while it is open, nothing behind it can have the focus
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      id={name}
      ref={dialog}
      aria-labelledby={`${name}-t`}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog-h">
        <div>
          {kick && <p class="kick">{kick}</p>}
          <h2 id={`${name}-t`} ref={heading} tabIndex={-1}>
            {title}
          </h2>
          {below}
        </div>
        <button type="button" class="ghost sq" aria-label={say('why.close')} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
