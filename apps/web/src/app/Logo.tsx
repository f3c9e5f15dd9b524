/** A ship's wheel. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.4" strokeLinecap="round">
        <circle cx="16" cy="16" r="6" />
        <path d="M16 5v5M16 22v5M5 16h5M22 16h5M8.2 8.2l3.500 3.500M20.300 20.300l3.500 3.500M23.800 8.200l-3.500 3.500M11.700 20.300l-3.500 3.500" />
      </g>
    </svg>
  );
}
