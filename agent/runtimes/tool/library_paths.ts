/** Where a Snapdragon keeps the libraries of its DSP, by the age of the phone. */
const dspFolders = [
  '/vendor/dsp/cdsp',
  '/vendor/lib/rfsa/adsp',
  '/system/lib/rfsa/adsp',
  '/dsp',
] as const;

/** Where the linker and the DSP's loader look for libraries: the tool's folder before the phone's own. */
export function libraryEnvironment(folder: string): Record<string, string> {
  return {
    LD_LIBRARY_PATH: folder,
    ADSP_LIBRARY_PATH: [folder, ...dspFolders].join(';'),
  };
}
