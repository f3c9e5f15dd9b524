import { Checkbox } from '../../design/Checkbox.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { TextArea, TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { type AccessDraft, draftFields, type FormMeans, fieldName } from './access-draft.ts';

const secret: ReadonlySet<keyof AccessDraft> = new Set(['clientSecret']);
const long: ReadonlySet<keyof AccessDraft> = new Set([
  'certificateAuthority',
  'certificate',
  'key',
  'token',
  'refreshToken',
]);

type AccessFieldsProps = {
  means: FormMeans;
  draft: AccessDraft;
  missing: readonly (keyof AccessDraft)[];
  onChange(draft: AccessDraft): void;
};

export function AccessFields({ means, draft, missing, onChange }: AccessFieldsProps) {
  return draftFields[means].map((field) => {
    const name = fieldName(field);
    const optional = field.endsWith('?');
    const label = optional ? texts.clusters.optional(texts.clusters.fields[name]) : texts.clusters.fields[name];
    const error = missing.includes(name) ? texts.clusters.missing : undefined;
    const hint = texts.clusters.fieldHints[name];
    if (name === 'insecureSkipTlsVerify')
      return (
        <Checkbox
          key={name}
          checked={draft.insecureSkipTlsVerify}
          onChange={(checked) => onChange({ ...draft, insecureSkipTlsVerify: checked })}
        >
          {texts.clusters.fields.insecureSkipTlsVerify}
        </Checkbox>
      );
    if (name === 'profile')
      return (
        <SelectField<AccessDraft['profile']>
          key={name}
          label={texts.clusters.fields.profile}
          value={draft.profile}
          options={(['shop', 'staging', 'empty'] as const).map((value) => ({
            value,
            label: texts.clusters.profiles[value],
          }))}
          onChange={(profile) => onChange({ ...draft, profile })}
        />
      );
    const shared = {
      label,
      error,
      hint,
      mono: true,
      spellCheck: false,
      autoComplete: 'off',
      value: String(draft[name]),
      onChange: (event: { target: { value: string } }) => onChange({ ...draft, [name]: event.target.value }),
    };
    if (long.has(name))
      return <TextArea key={name} {...shared} rows={name === 'token' || name === 'refreshToken' ? 2 : 4} />;
    return (
      <TextField
        key={name}
        {...shared}
        type={secret.has(name) ? 'password' : 'text'}
        placeholder={texts.clusters.placeholders[name] ?? ''}
      />
    );
  });
}
