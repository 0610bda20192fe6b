import sys
sys.path[:0]=['/tmp/fork/tests']
import unit.test_rewinding as t
from random import Random
from treadle.domain.errors import TreadleError
from collections import Counter
c=Counter()
import traceback
for seed in range(1227,1400):
    worker=t.played(seed)
    random=Random(seed)
    for _ in range(4):
        rows=worker.journal[:random.randint(1,len(worker.journal))]
        known=t.activities(worker,rows)
        wanted=random.choice(sorted(known))
        try:
            r=t.rewind("e",worker.program,worker.program.starts,rows,wanted.removeprefix("/"))
        except TreadleError as e:
            c[str(getattr(e,'findings',[e])[0].code) if hasattr(e,'findings') else repr(e)]+=1
            if hasattr(e,'findings') and e.findings[0].code!='is_gate': print(seed,len(rows),e)
            continue
        c['rows']+=len(rows); c['kept']+=len(r.rows)
        try:
            t.check(worker,rows,r,wanted,known); t.go_on(seed,r); c['ok']+=1
        except BaseException as e:
            c['bad']+=1; print(seed,len(rows),wanted,repr(e)[:300])
            if c['bad']<3: traceback.print_exc(limit=-4)
print(c)
