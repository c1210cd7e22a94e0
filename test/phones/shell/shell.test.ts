import fc from 'fast-check';
import { barePhone, installTools, run } from '../bare_phone';

test.each([
  ['echo a  b', 'a b\n'],
  [`echo 'a  b' "c $HOME" d\\ e`, 'a  b c / d e\n'],
  ['x=1; y="$x 2"; echo $y "${z:-none}"', '1 2 none\n'],
  ['true && echo yes || echo no', 'yes\n'],
  ['false && echo yes || echo no', 'no\n'],
  ['! false; echo $?', '0\n'],
  ['if [ -d /data/local/tmp ]; then echo folder; else echo none; fi', 'folder\n'],
  ['for i in 1 2 3; do echo -n $i; done; echo', '123\n'],
  ['i=a; while [ "$i" != aaa ]; do i=a$i; done; echo $i', 'aaa\n'],
  ['echo "$(echo in; echo ner)" `echo old`', 'in\nner old\n'],
  ['(cd /data; pwd); pwd', '/data\n/\n'],
  ['echo one | cat; echo two | wc -c', 'one\n4\n'],
  ['exit 3; echo never', ''],
  ["sh -c 'echo $0 $1' a b", 'a b\n'],
  ['A=1 env | grep ^A=', 'A=1\n'],
  ['test "$(echo 5)" = 5 && test ! -d /nothing && echo ok', 'ok\n'],
  ["printf '%s-%d\\n' a 5", 'a-5\n'],
  ['cat /sys/devices/system/cpu/cpufreq/policy*/related_cpus', '0 1 2\n3 4 5 6\n7\n'],
  ['timeout 5 sleep 1; echo $?', '0\n'],
  ['timeout 1 sleep 5; echo $?', '124\n'],
])('%s', async (script, expected) => {
  expect((await run(barePhone(), script)).output).toBe(expected);
});

test('redirections go to files, and exec keeps them', async () => {
  const phone = barePhone();
  const { output } = await run(
    phone,
    'cd /data/local/tmp; echo a > f; echo b >> f; nosuch 2> e; cat f e; exec 2>all; nosuch; cat all',
  );
  expect(output).toBe(
    'a\nb\nsh: nosuch: inaccessible or not found\nsh: nosuch: inaccessible or not found\n',
  );
});

test.each([
  ['nosuch', 127, 'sh: nosuch: inaccessible or not found\n'],
  ['./nosuch', 127, 'sh: ./nosuch: inaccessible or not found\n'],
  ['cd /data/local/tmp; echo x > f; ./f', 126, "sh: ./f: can't execute: Permission denied\n"],
  ['echo x > /system/f', 1, "sh: can't create /system/f: Read-only file system\n"],
  ['if true', 1, 'sh: syntax error: unexpected end of script\n'],
  ["echo 'open", 1, 'sh: syntax error: unterminated quoted string\n'],
])('%s ends with %i', async (script, status, errors) => {
  expect(await run(barePhone(), script)).toEqual({ status, output: '', errors });
});

test('a hung tool stays until it is killed on the phone, with its whole group', async () => {
  const phone = barePhone();
  installTools(phone);
  phone.inject({ kind: 'hang' });
  const hung = run(
    phone,
    'cd /data/local/tmp; ./onnxruntime_perf_test -m times -r 1 m.onnx; echo never',
  );
  await new Promise((resolve) => setImmediate(resolve));
  const pid = phone.system.processes
    .list()
    .find((process) => process.commandLine[0] === '/system/bin/sh')!.pid;
  expect((await run(phone, `ls -d /proc/${pid}; cat /proc/${pid}/cmdline`)).output).toContain(
    '/data/local/tmp',
  );
  expect((await run(phone, `kill -9 -${pid}`)).status).toBe(0);
  expect(await hung).toMatchObject({ status: 137, output: '' });
  expect((await run(phone, `ls -d /proc/${pid}`)).status).toBe(1);
});

test('setsid in the background: $! is the process that can be killed as a group', async () => {
  const phone = barePhone();
  installTools(phone);
  phone.inject({ kind: 'hang' });
  const { output } = await run(
    phone,
    'cd /data/local/tmp; setsid ./onnxruntime_perf_test -m times -r 1 m.onnx & echo $!',
  );
  const pid = Number(output);
  await new Promise((resolve) => setImmediate(resolve));
  expect(phone.system.processes.get(pid)?.group).toBe(pid);
  phone.stop();
});

const shellish = fc.array(
  fc.constantFrom(
    'echo',
    'a',
    '$x',
    '$(',
    ')',
    '(',
    '{',
    '}',
    ';',
    '&&',
    '||',
    '|',
    '&',
    '>',
    '<',
    '2>&1',
    "'",
    '"',
    '`',
    '\\',
    '\n',
    'if',
    'then',
    'fi',
    'while',
    'do',
    'done',
    'for',
    'in',
    '*',
    '[',
    ']',
    '!',
    '=',
    'x=',
    '${',
    '#',
    'sleep',
    '1',
    '/data/local/tmp/f',
  ),
  { maxLength: 25 },
);

test('any text is a script or a refusal, never an exception or a hang', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        shellish.map((words) => words.join(' ')),
        shellish.map((words) => words.join('')),
        fc.string({ maxLength: 60, unit: 'binary' }),
      ),
      async (script) => {
        const phone = barePhone();
        const { status } = await run(phone, script);
        expect(status).toBeGreaterThanOrEqual(0);
        expect(status).toBeLessThanOrEqual(255);
        phone.stop();
      },
    ),
    { numRuns: 400 },
  );
});

test('quoted words reach a program unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 40, unit: 'grapheme' }), async (text) => {
      fc.pre(!text.includes('\0') && !text.startsWith('-'));
      const quoted = `'${text.replaceAll("'", String.raw`'\''`)}'`;
      expect((await run(barePhone(), `echo x${quoted}`)).output).toBe(`x${text}\n`);
    }),
    { numRuns: 100 },
  );
});
