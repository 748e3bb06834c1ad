"""A folder that forgets what was not forced when the power fails.

    /usr/bin/python3 forgetful.py MOUNT_POINT BACKING_FOLDER

A FUSE file system (Debian: python3-fusepy). It shows what programs have written, as any file system
does. Beside that it keeps what would be on the disk: of a file what was there at its last fsync, of
a folder the names that were there at its last fsync. Writing to the file .power in the mount point
is the loss of power: only what is on the disk is left. What is written there decides how bad it is:

    0            all that was not forced is gone
    any number   each file and each folder keeps nothing, all, or (files) a torn beginning or some
                 pages of what was not forced, as that seed has it

Writing to the file .fault names what fails with an I/O error from then on: "write", "fsync", "read", some of
them, or nothing. What was to be written then is not there. Of reads only those fail that touch a bad
place: the second 32 KiB of a file whose name ends with .log.

Files must not be open when the power fails: kill their owner before. It unmounts and ends when its
input does. Stricter than most disks: a new or renamed file has no name until its folder was forced,
whatever was done to the file. As with any journal, the name of a folder is on the disk with the
first force of the folder itself.

What it can't show: order between files, sectors torn in the middle of forced data, a disk that
lies, mapped memory, preallocated space. Modes, owners and times are on the disk at once; folders and
files can't move to another folder. All of it is in one thread.
"""

import errno
import os
import random
import resource
import stat
import subprocess
import sys
import tempfile
import threading

from fusepy import FUSE, FuseOSError, Operations

POWER = "/.power"
FAULT = "/.fault"
CONTROLS = (POWER, FAULT)
PAGE = 4096


class Folder:
    """Names as they are seen, and as they are on the disk."""

    def __init__(self, mode, parent=None, name=None):
        self.mode, self.uid, self.gid = stat.S_IFDIR | mode, os.getuid(), os.getgid()
        self.parent, self.name = parent, name
        self.names = {}
        self.on_disk = {}

    def force(self):
        self.on_disk = dict(self.names)
        self.force_own_name()

    def force_own_name(self):
        if self.parent and self.parent.names.get(self.name) is self:
            self.parent.on_disk[self.name] = self
            self.parent.force_own_name()

    def lose(self, chance):
        if self.names != self.on_disk and chance and chance.random() < 0.5:
            self.on_disk = dict(self.names)
        self.names = dict(self.on_disk)
        for node in self.names.values():
            node.lose(chance)


class File:
    """Bytes as they are seen, and as they are on the disk, each in a file without a name."""

    def __init__(self, backing, mode):
        self.mode, self.uid, self.gid = stat.S_IFREG | mode, os.getuid(), os.getgid()
        # Closed, and so gone, when nobody refers to them any more.
        self.kept = [tempfile.TemporaryFile(dir=backing) for _ in range(2)]
        self.seen, self.disk = (each.fileno() for each in self.kept)
        # What was not forced: the writes in their order, and the shortest length in between.
        self.writes = []
        self.shortest = None

    def write(self, data, offset):
        written = os.pwrite(self.seen, data, offset)
        end = offset + written
        if self.writes and self.writes[-1][1] == offset:
            self.writes[-1] = (self.writes[-1][0], end)
        else:
            self.writes.append((offset, end))
        return written

    def truncate(self, length):
        os.ftruncate(self.seen, length)
        self.writes = [(at, min(end, length)) for at, end in self.writes if at < length]
        self.shortest = length if self.shortest is None else min(self.shortest, length)

    def force(self):
        size = os.fstat(self.seen).st_size
        if self.shortest is not None and self.shortest < os.fstat(self.disk).st_size:
            os.ftruncate(self.disk, self.shortest)
        for at, end in self.writes:
            copy(self.seen, self.disk, at, end)
        os.ftruncate(self.disk, size)
        self.writes, self.shortest = [], None

    def force_beginning(self, chance):
        """As if the disk had got some of the writes, and the first part of one more."""
        whole = chance.randrange(len(self.writes))
        for at, end in self.writes[:whole]:
            copy(self.seen, self.disk, at, end)
        at, end = self.writes[whole]
        copy(self.seen, self.disk, at, at + chance.randrange(end - at + 1))

    def force_pages(self, chance):
        """As if the disk had got pages in an order of its own; those in between are zero."""
        for at, end in self.writes:
            while at < end:
                page_end = min(end, (at // PAGE + 1) * PAGE)
                if chance.random() < 0.5:
                    copy(self.seen, self.disk, at, page_end)
                at = page_end

    def lose(self, chance):
        if chance and (self.writes or self.shortest is not None):
            luck = chance.random()
            if luck < 0.25:
                self.force()
            elif luck < 0.75 and self.writes and self.shortest is None:
                if luck < 0.5:
                    self.force_beginning(chance)
                else:
                    self.force_pages(chance)
        os.ftruncate(self.seen, 0)
        copy(self.disk, self.seen, 0, os.fstat(self.disk).st_size)
        self.writes, self.shortest = [], None


def copy(source, target, at, end):
    while at < end:
        data = os.pread(source, min(end - at, 1 << 20), at)
        if not data:
            return
        os.pwrite(target, data, at)
        at += len(data)


BAD_BYTES = 1 << 15


class Forgetful(Operations):
    use_ns = True

    def __init__(self, backing):
        self.backing = backing
        self.root = Folder(0o755)
        self.open_files = {}
        self.handles = 0
        self.faults = []

    def may_fail(self, what):
        if what in self.faults:
            raise FuseOSError(errno.EIO)

    def node(self, path):
        node = self.root
        for name in path.split("/"):
            if name:
                if not isinstance(node, Folder) or name not in node.names:
                    raise FuseOSError(errno.ENOENT)
                node = node.names[name]
        return node

    def parent(self, path):
        folder, _, name = path.rpartition("/")
        return self.node(folder), name

    def opened(self, file):
        self.handles += 1
        self.open_files[self.handles] = file
        return self.handles

    # What is there

    def getattr(self, path, fh=None):
        if path in CONTROLS:
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": 0}
        node = self.open_files[fh] if fh else self.node(path)
        about = {"st_mode": node.mode, "st_uid": node.uid, "st_gid": node.gid, "st_nlink": 1}
        if isinstance(node, File):
            seen = os.fstat(node.seen)
            about.update(
                st_size=seen.st_size,
                st_blocks=seen.st_blocks,
                st_mtime=seen.st_mtime_ns,
                st_ctime=seen.st_ctime_ns,
                st_atime=seen.st_atime_ns,
            )
        return about

    def readdir(self, path, fh):
        return [".", "..", *self.node(path).names]

    def statfs(self, path):
        there = os.statvfs(self.backing)
        names = "bavail bfree blocks bsize favail ffree files flag frsize namemax".split()
        return {"f_" + name: getattr(there, "f_" + name) for name in names}

    # Names

    def mkdir(self, path, mode):
        folder, name = self.parent(path)
        folder.names[name] = Folder(mode, folder, name)

    def rmdir(self, path):
        if self.node(path).names:
            raise FuseOSError(errno.ENOTEMPTY)
        folder, name = self.parent(path)
        del folder.names[name]

    def unlink(self, path):
        folder, name = self.parent(path)
        del folder.names[name]

    def rename(self, old, new):
        (source, before), (target, after) = self.parent(old), self.parent(new)
        if source is not target or isinstance(source.names[before], Folder):
            raise FuseOSError(errno.EXDEV)
        source.names[after] = source.names.pop(before)

    def chmod(self, path, mode):
        node = self.node(path)
        node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)

    def chown(self, path, uid, gid):
        node = self.node(path)
        node.uid, node.gid = uid, gid

    def utimens(self, path, times=None):
        node = self.node(path)
        if isinstance(node, File):
            os.utime(node.seen, ns=times)

    # Files

    def create(self, path, mode, fi=None):
        folder, name = self.parent(path)
        folder.names[name] = File(self.backing, stat.S_IMODE(mode))
        return self.opened(folder.names[name])

    def open(self, path, flags):
        return 0 if path in CONTROLS else self.opened(self.node(path))

    def release(self, path, fh):
        self.open_files.pop(fh, None)

    def read(self, path, size, offset, fh):
        if path.endswith(".log") and offset < 2 * BAD_BYTES and offset + size > BAD_BYTES:
            self.may_fail("read")
        return os.pread(self.open_files[fh].seen, size, offset) if fh else b""

    def write(self, path, data, offset, fh):
        if path == POWER:
            seed = int(data)
            self.root.lose(random.Random(seed) if seed else None)
            return len(data)
        if path == FAULT:
            self.faults = data.decode().split()
            return len(data)
        self.may_fail("write")
        return self.open_files[fh].write(data, offset)

    def truncate(self, path, length, fh=None):
        if path not in CONTROLS:
            (self.open_files[fh] if fh else self.node(path)).truncate(length)

    def fsync(self, path, datasync, fh):
        self.may_fail("fsync")
        if fh:
            self.open_files[fh].force()

    def fsyncdir(self, path, datasync, fh):
        self.may_fail("fsync")
        self.node(path).force()


def end_with_input(mount):
    while sys.stdin.buffer.read(1):
        pass
    subprocess.run(["umount", "-l", mount])


if __name__ == "__main__":
    mount, backing = sys.argv[1:]
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    threading.Thread(target=end_with_input, args=(mount,), daemon=True).start()
    FUSE(
        Forgetful(backing),
        mount,
        foreground=True,
        nothreads=True,
        fsname="forgetful",
        big_writes=True,
        entry_timeout=0,
        attr_timeout=0,
        negative_timeout=0,
    )
