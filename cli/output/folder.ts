import { BadInputError } from '../../common/bad_input';
import { makeFolder } from '../../platform/files/make_folder';
import { systemErrorCode } from '../../platform/files/system_error';

/** Makes sure that results have a place. @throws BadInputError naming the option that chooses another */
export async function createFolder(folder: string, option: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new BadInputError(
      `${folder}: cannot be made a folder (${systemErrorCode(error)}); choose another with ${option}`,
    );
  }
}
