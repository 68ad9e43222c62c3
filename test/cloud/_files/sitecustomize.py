"""Of a program that has this folder in its PYTHONPATH: dies after as many statements that change a MySQL database as DIE_AFTER says."""
import os
import sys

from pymysql import cursors

CHANGES = ('CREATE', 'ALTER', 'DROP', 'RENAME', 'INSERT', 'UPDATE', 'DELETE')
last = int(os.environ['DIE_AFTER'])
execute = cursors.Cursor.execute
done = 0


def counted(self, text, args=None):
    global done
    rows = execute(self, text, args)
    words = text.split()[:3]
    if words[0].upper() in CHANGES:
        done += 1
        sys.stderr.write('statement %d: %s\n' % (done, ' '.join(words)))
        if done == last:
            os.kill(os.getpid(), 9)
    return rows


cursors.Cursor.execute = counted
