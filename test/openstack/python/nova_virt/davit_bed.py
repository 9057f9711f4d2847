"""Nova's fake hypervisor, which misbehaves as the files in $FAULTS say. They are read anew for each call.

spawn-fail    the build fails for good; the text is the message; "N message" fails N times
reschedule    the build fails on this host and Nova tries another; the text names the host, empty means all
spawn-delay   seconds a build takes longer
delete-delay  seconds a deletion takes longer
console       the console log; ${name} and ${uuid} are the server's
"""
import os
import string
import time

from nova import exception
from nova.virt import fake

FAULTS = os.environ['FAULTS']


def _fault(name):
    try:
        with open(os.path.join(FAULTS, name)) as f:
            return f.read().strip()
    except FileNotFoundError:
        return None


def _spend_one(text):
    """Takes one from the count before the message, if there is one; the last one removes the fault."""
    count, _, message = text.partition(' ')
    if not count.isdigit():
        return text
    path = os.path.join(FAULTS, 'spawn-fail')
    if int(count) <= 1:
        os.unlink(path)
    else:
        with open(path, 'w') as f:
            f.write('%d %s' % (int(count) - 1, message))
    return message


class BedDriver(fake.FakeDriver):

    def spawn(self, context, instance, *args, **kwargs):
        time.sleep(float(_fault('spawn-delay') or 0))
        failure = _fault('spawn-fail')
        if failure is not None:
            raise exception.BuildAbortException(instance_uuid=instance.uuid, reason=_spend_one(failure) or 'spawn-fail')
        if _fault('reschedule') in ('', instance.host):
            raise exception.ComputeResourcesUnavailable(reason='reschedule')
        return super().spawn(context, instance, *args, **kwargs)

    def destroy(self, context, instance, *args, **kwargs):
        time.sleep(float(_fault('delete-delay') or 0))
        return super().destroy(context, instance, *args, **kwargs)

    def get_console_output(self, context, instance):
        text = _fault('console')
        if text is None:
            return super().get_console_output(context, instance)
        return string.Template(text).safe_substitute(name=instance.display_name, uuid=instance.uuid)
