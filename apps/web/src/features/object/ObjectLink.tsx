import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { cx } from '../../design/cx.ts';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';
import styles from './ObjectLink.module.css';

export function ObjectLink({ target, children }: { target: ObjectRef; children?: ReactNode }) {
  return (
    <Link
      to="/resources/$resource/$cluster/$namespace/$name"
      params={refParams(target)}
      className={cx('mono', styles.link)}
    >
      {children ?? target.name}
    </Link>
  );
}
