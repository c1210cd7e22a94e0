/** A name from a file for a message: bounded, and on one line. */
export function quote(name: string): string {
  return `'${plain(name)}'`;
}

export function plain(text: string | number): string {
  return String(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 100);
}
