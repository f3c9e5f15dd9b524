import type { ResourceRow } from '@pilothouse/contract';
import { Columns3 } from 'lucide-react';
import { IconButton } from '../../design/IconButton.tsx';
import { MultiPicker } from '../../design/MultiPicker.tsx';
import type { DataColumn } from '../../design/table/table-column.ts';
import { texts } from '../../texts.ts';

type ColumnPickerProps = {
  all: readonly DataColumn<ResourceRow>[];
  shown: readonly DataColumn<ResourceRow>[];
  onChange(ids: string[]): void;
  onReset(): void;
};

export function ColumnPicker({ all, shown, onChange, onReset }: ColumnPickerProps) {
  return (
    <MultiPicker
      label={texts.table.columns}
      clearLabel={texts.table.resetColumns}
      chosen={shown.map((column) => column.id)}
      options={all
        .filter((column) => column.id !== 'name')
        .map((column) => ({ value: column.id, label: column.label }))}
      onChange={(ids) => (ids.length === 0 ? onReset() : onChange(ids))}
      trigger={<IconButton label={texts.table.columns} icon={<Columns3 size={14} />} />}
    />
  );
}
