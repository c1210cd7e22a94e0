/** The colours of a plot: in a page they follow the reader's light or dark, in a picture they are fixed. */
export interface Theme {
  readonly ink: string;
  readonly faintInk: string;
  readonly grid: string;
  readonly paper: string;
  /** All that was measured. */
  readonly cloud: string;
  readonly front: string;
  readonly second: string;
}

/** Variables of the page's style sheet. */
export const pageTheme: Theme = {
  ink: 'var(--ink)',
  faintInk: 'var(--faint-ink)',
  grid: 'var(--grid)',
  paper: 'var(--paper)',
  cloud: 'var(--cloud)',
  front: 'var(--front)',
  second: 'var(--second)',
};

export const lightColours: Theme = {
  ink: '#1d2329',
  faintInk: '#5b6570',
  grid: '#e4e8ec',
  paper: '#ffffff',
  cloud: '#a9b4bf',
  front: '#0b67c2',
  second: '#c2570c',
};
export const darkColours: Theme = {
  ink: '#e6eaee',
  faintInk: '#9aa5b1',
  grid: '#2b333c',
  paper: '#161b21',
  cloud: '#5c6874',
  front: '#62b0ff',
  second: '#ff9d57',
};
