import { EmptyState } from '../design/EmptyState.tsx';
import { LinkButton } from '../design/LinkButton.tsx';
import { texts } from '../texts.ts';
import { ErrorState } from './ErrorNotice.tsx';

/** A page that broke, or whose code did not load (a new version was installed meanwhile). */
export function PageError({ error }: { error: unknown }) {
  return (
    <main>
      <ErrorState title={texts.errors.page} error={error} onRetry={() => location.reload()} page />
    </main>
  );
}

export function PageMissing() {
  return (
    <EmptyState page title={texts.errors.noSuchPage} actions={<LinkButton to="/">{texts.nav.home}</LinkButton>}>
      {texts.errors.noSuchPageText}
    </EmptyState>
  );
}
