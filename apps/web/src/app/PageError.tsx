import { Link } from '@tanstack/react-router';
import { EmptyState } from '../design/EmptyState.tsx';
import { texts } from '../texts.ts';
import { ErrorState } from './ErrorNotice.tsx';

/** A page that broke, or whose code did not load (a new version was installed meanwhile). */
export function PageError({ error }: { error: unknown }) {
  return <ErrorState title={texts.errors.page} error={error} onRetry={() => location.reload()} />;
}

export function PageMissing() {
  return (
    <EmptyState title={texts.errors.noSuchPage} actions={<Link to="/">{texts.nav.home}</Link>}>
      {texts.errors.noSuchPageText}
    </EmptyState>
  );
}
