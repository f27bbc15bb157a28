import type { ComponentChildren, Ref } from 'preact';

interface Props {
  /** What it holds, for who hears the page. */
  readonly label: string;
  readonly class?: string;
  readonly outer?: Ref<HTMLElement>;
  readonly children: ComponentChildren;
}

/** A box for what may be larger than its place: it scrolls in itself, by keys too. */
export function ScrollBox({ label, class: name = 'scroll', outer = null, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll only what has the focus
    <section class={name} tabIndex={0} aria-label={label} ref={outer}>
      {children}
    </section>
  );
}
