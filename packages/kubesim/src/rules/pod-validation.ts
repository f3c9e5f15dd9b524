import type { StatusCause } from '../api/kube-error.ts';
import { jsonEqual } from './json-equal.ts';
import { invalidValue, labelProblem, requiredValue } from './object-names.ts';
import type { Fields } from './set-defaults.ts';

const list = (value: unknown) => (value as Fields[] | undefined) ?? [];

/** Faults of a pod spec; `at` is where it stands (`spec`, `spec.template.spec`). */
export function podSpecCauses(spec: Fields, at: string): StatusCause[] {
  if (list(spec.containers).length === 0) return [requiredValue(`${at}.containers`)];
  const names = new Set<unknown>();
  const volumes = new Set(list(spec.volumes).map((volume) => volume.name));
  return ['containers', 'initContainers'].flatMap((field) =>
    list(spec[field]).flatMap((container, index) => {
      const where = `${at}.${field}[${index}]`;
      const causes = [...nameCauses(container.name, where, names), ...mountCauses(container, where, volumes)];
      names.add(container.name);
      return (container.image ?? '') === '' ? [...causes, requiredValue(`${where}.image`)] : causes;
    }),
  );
}

function nameCauses(name: unknown, where: string, taken: ReadonlySet<unknown>): StatusCause[] {
  const field = `${where}.name`;
  if (name === undefined || name === '') return [requiredValue(field)];
  const problem = labelProblem(String(name));
  if (problem !== undefined) return [invalidValue(field, name, problem)];
  if (!taken.has(name)) return [];
  return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}`, field }];
}

function mountCauses(container: Fields, where: string, volumes: ReadonlySet<unknown>): StatusCause[] {
  return list(container.volumeMounts).flatMap((mount, index) => {
    if (volumes.has(mount.name)) return [];
    const field = `${where}.volumeMounts[${index}].name`;
    return [{ reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(mount.name)}`, field }];
  });
}

/** Of a running pod's spec only images, tolerations and a few numbers may change. */
export function podUpdateCauses(spec: Fields, old: Fields): StatusCause[] {
  const fixed = (one: Fields) => {
    const {
      activeDeadlineSeconds: _a,
      tolerations: _t,
      terminationGracePeriodSeconds: _g,
      ephemeralContainers: _e,
      nodeName: _n,
      schedulingGates: _s,
      ...rest
    } = one;
    const plain = (list: unknown) =>
      ((list as Fields[] | undefined) ?? []).map(({ image: _i, resources: _r, ...container }) => container);
    return { ...rest, containers: plain(one.containers), initContainers: plain(one.initContainers) };
  };
  if (jsonEqual(fixed(spec), fixed(old))) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      field: 'spec',
    },
  ];
}
