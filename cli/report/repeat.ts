import type { ReportData } from './data/report_data';

/** The commands that make the search again, read it, and take its networks out. */
export function repeatCommands({ search, targets }: ReportData): readonly string[] {
  const picks = new Map(
    targets
      .flatMap(({ picks }) => picks)
      .map(({ architecture }) => [
        architecture,
        `farm search export ${quote(search.searchId)} ${quote(architecture)} -o models`,
      ]),
  );
  return [
    `farm search create ${quote(`${search.name}.yaml`)} --fresh --watch`,
    `farm search front ${quote(search.searchId)} --csv > ${quote(`${search.searchId}.csv`)}`,
    ...picks.values(),
    `farm report ${quote(search.searchId)} -o ${quote(`${search.searchId}.html`)}`,
  ];
}

/** One word of a POSIX shell. */
export function quote(word: string): string {
  return /^[A-Za-z0-9._/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
