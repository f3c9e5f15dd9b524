import { randomInt } from 'node:crypto';

/** No vowels and no look-alikes, as k8s.io/apimachinery/pkg/util/rand: suffixes never spell a word. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** What metadata.generateName is completed with. */
export function nameSuffix(length = 5): string {
  let suffix = '';
  for (let index = 0; index < length; index++) suffix += letters[randomInt(letters.length)];
  return suffix;
}
