import { SkeletonLines } from '../design/Skeleton.tsx';
import { texts } from '../texts.ts';

export function PagePending() {
  return <SkeletonLines count={6} label={texts.shell.loading} />;
}
