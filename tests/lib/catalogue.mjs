// All statements of the program, as its generator reads them: name, text of
// each engine, types of the parameters.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../api/harness.mjs';

const READ = `
import glob, json, sys
sys.path.insert(0, 'tools')
import gen_sql
print(json.dumps([{'name': s.name, 'params': [p.type for p in s.params],
    'sqlite': gen_sql.text_for('sqlite', s.bodies['sqlite']),
    'postgres': gen_sql.text_for('postgres', s.bodies['postgres'])}
    for path in sorted(glob.glob('src/*/*.sql')) for s in gen_sql.parse(path)[1]]))`;

export const catalogue = () => JSON.parse(execFileSync('python3', ['-c', READ], { cwd: join(ROOT), encoding: 'utf8', maxBuffer: 1 << 26 }));
