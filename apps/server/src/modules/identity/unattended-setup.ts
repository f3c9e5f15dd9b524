import { appError, isAppError, type Logger } from '@pilothouse/core';
import type { FirstAdmin } from './first-admin.ts';
import type { PersonalTokenService } from './personal-token-service.ts';
import { readPasswordFile, writeTokenFile } from './secret-file.ts';

export type UnattendedConfig = {
  readonly adminEmail?: string | undefined;
  readonly adminPasswordFile?: string | undefined;
  readonly adminTokenFile?: string | undefined;
};

export type UnattendedSetupDeps = { firstAdmin: FirstAdmin; tokens: PersonalTokenService; log: Logger };

const emailSetting = 'PILOTHOUSE_ADMIN_EMAIL';
const passwordSetting = 'PILOTHOUSE_ADMIN_PASSWORD_FILE';
const tokenSetting = 'PILOTHOUSE_ADMIN_TOKEN_FILE';

/**
 * Makes the administrator that the configuration names, while there is none; later starts change nothing. The token file is written before the
 * account is committed: after a crash there are both, or the next start makes both. Throws `invalid_config`.
 */
export async function setUpUnattended(config: UnattendedConfig, deps: UnattendedSetupDeps): Promise<void> {
  const { adminEmail, adminPasswordFile, adminTokenFile } = config;
  const { firstAdmin, tokens, log } = deps;
  if (adminEmail === undefined && adminPasswordFile === undefined && adminTokenFile === undefined) return;
  if (adminEmail === undefined || adminPasswordFile === undefined) {
    throw appError(
      'invalid_config',
      `An unattended set-up needs ${emailSetting} and ${passwordSetting}, both of them.`,
    );
  }
  // The file may be gone once the set-up is done; nothing is read then.
  if (!(await firstAdmin.isNeeded())) return;
  const password = readPasswordFile(adminPasswordFile, passwordSetting);
  const isMade = await refuseWeak(adminPasswordFile, () =>
    firstAdmin.createUnattended({ email: adminEmail, password }, async (tx, user) => {
      if (adminTokenFile === undefined) return;
      const options = {
        userId: user.id,
        name: 'first token',
        scope: 'write',
        expiresAt: undefined,
        actor: 'system',
      } as const;
      const { value } = await tokens.issue(tx, options);
      writeTokenFile(adminTokenFile, value, tokenSetting);
    }),
  );
  if (isMade) log.info('first administrator made from the configuration', { tokenFile: adminTokenFile });
}

async function refuseWeak<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'invalid_input') throw error;
    throw appError('invalid_config', `${passwordSetting}: the password in ${file} is refused. ${error.message}`, {
      cause: error,
    });
  }
}
