import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { testStore } from '../../src/testing/test-store.js';

testStore('memory', createMemoryStore);
testStore('sqlite', () => openSqliteStore(join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db')));
