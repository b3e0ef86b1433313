// Which company a public call means: it stands in the address (?company=demo),
// was typed here before, or need not be said where there is only one.
const KEPT = 'clientele-company-slug';

export function knownCompany(): string {
  return new URLSearchParams(location.search).get('company') ?? localStorage.getItem(KEPT) ?? '';
}

export function rememberCompany(slug: string): void {
  if (slug) localStorage.setItem(KEPT, slug);
}

/** For the body of a public call. */
export function companyPart(slug = knownCompany()): { company?: string } {
  return slug.trim() ? { company: slug.trim() } : {};
}
