import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';

export function ObjectLink({ target, children }: { target: ObjectRef; children?: ReactNode }) {
  return (
    <Link to="/resources/$resource/$cluster/$namespace/$name" params={refParams(target)} className="mono">
      {children ?? target.name}
    </Link>
  );
}
