/* Loaded before libc (LD_PRELOAD): counts the file-system calls of a process that concern one directory, and lets the
 * N-th of them fail, or kills the process there. It reaches Python, SQLite and libcurl alike.
 *
 * torture_arm(directory, number, how, kinds): how is an errno to give; -1: write half; -2: die before the call; -3: die after it;
 * -4: no room from this call on; 0: only count. kinds: a sum of the
 * numbers below, 0 for all. torture_count(): calls so far.
 * Paths are compared as they are given, so both must be absolute.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, NAME = 8, OTHER = 16, LOOK = 32, EVERY = 63 };
#define MANY 65536
static char root[PATH_MAX];
static size_t root_length;
static volatile long calls, wanted;
static int how, kinds = EVERY;
static char ours[MANY];
static char names[1024][256];

void torture_arm(const char *directory, long number, int manner, int only) {
    strncpy(root, directory, sizeof root - 1);
    root_length = strlen(root);
    calls = 0; wanted = number; how = manner; kinds = only ? only : EVERY;
}
long torture_count(void) { return calls; }

/* The log: "kind path second offset size" with NUL between, a newline, then that many bytes. */
static int log_fd = -1;
void torture_log(const char *place) {
    log_fd = (int)syscall(SYS_openat, AT_FDCWD, place, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
}
static void record(char kind, const char *path, const char *second, long offset, const void *data, size_t size) {
    if (log_fd < 0) return;
    char head[2 * PATH_MAX];
    int length = snprintf(head, sizeof head, "%c%c%s%c%s%c%ld%c%zu\n", kind, 0, path, 0, second, 0, offset, 0, size);
    struct iovec pieces[2] = {{head, length}, {(void *)data, size}};
    syscall(SYS_writev, log_fd, pieces, size ? 2 : 1);
}

static int mine(const char *path) { return root_length && path && !strncmp(path, root, root_length); }
static int mine_fd(int fd) { return root_length && fd >= 0 && fd < MANY && ours[fd]; }
static int mine_at(int fd, const char *path) { return path && path[0] == '/' ? mine(path) : mine_fd(fd); }

/* What to do with this call: 0 go on; an errno; -1 short; -3 die afterwards. */
static int verdict(int kind) {
    if (!(kinds & kind)) return 0;
    long number = __sync_add_and_fetch(&calls, 1);
    if (how == -4) return number >= wanted && wanted && (kind & (WRITE | NAME | OPEN)) ? ENOSPC : 0;
    if (number != wanted || !how) return 0;
    if (how == -2) kill(getpid(), SIGKILL);
    return how;
}
static void after(int v) { if (v == -3) kill(getpid(), SIGKILL); }
#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAIL(v) if ((v) > 0) { errno = (v); return -1; }

static void note(int fd, const char *path, int yes) {
    if (fd < 0 || fd >= MANY) return;
    ours[fd] = (char)yes;
    if (fd < 1024 && yes) snprintf(names[fd], sizeof names[fd], "%s", path);
}
static const char *name_of(int fd) { return fd >= 0 && fd < 1024 ? names[fd] : ""; }
static void full_path(char *out, size_t size, int dirfd, const char *path) {
    if (path[0] == '/' || dirfd < 0 || dirfd >= 1024) snprintf(out, size, "%s", path);
    else snprintf(out, size, "%s/%s", names[dirfd], path);
}

static int open_kind(int flags) { return flags & (O_CREAT | O_WRONLY | O_RDWR) ? OPEN : OTHER; }
#define OPENLIKE(name)                                                                            \
    int name(const char *path, int flags, ...) {                                                  \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, int); va_end(rest);       \
        REAL(name);                                                                               \
        if (!mine(path)) { int fd = real(path, flags, mode); note(fd, "", 0); return fd; }        \
        int v = verdict(open_kind(flags)); FAIL(v == ENOSPC && !(flags & O_CREAT) ? 0 : v);       \
        int fd = real(path, flags, mode); int e = errno; note(fd, path, 1); \
        if (fd >= 0) record('o', path, "", flags, 0, 0);                                          \
        after(v); errno = e; return fd; }
OPENLIKE(open)
OPENLIKE(open64)
#define OPENATLIKE(name)                                                                          \
    int name(int at, const char *path, int flags, ...) {                                          \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, int); va_end(rest);       \
        REAL(name);                                                                               \
        if (!mine_at(at, path)) { int fd = real(at, path, flags, mode); note(fd, "", 0); return fd; } \
        int v = verdict(open_kind(flags)); FAIL(v == ENOSPC && !(flags & O_CREAT) ? 0 : v);       \
        int fd = real(at, path, flags, mode); int e = errno;                                      \
        char whole[512]; full_path(whole, sizeof whole, at, path); note(fd, whole, 1);            \
        if (fd >= 0) record('o', whole, "", flags, 0, 0);                                         \
        after(v); errno = e; return fd; }
OPENATLIKE(openat)
OPENATLIKE(openat64)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (!mine_fd(fd)) {
        if (fd == 1) record('p', "", "", 0, data, size);
        return real(fd, data, size);
    }
    int v = verdict(WRITE); FAIL(v);
    if (v == -1 && size > 1) size /= 2;
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, data, size); int e = errno;
    if (done > 0) record('w', name_of(fd), "", fcntl(fd, F_GETFL) & O_APPEND ? -1 : at, data, done);
    after(v); errno = e; return done;
}
#define PWRITELIKE(name, offset_type)                                                             \
    ssize_t name(int fd, const void *data, size_t size, offset_type at) {                         \
        REAL(name);                                                                               \
        if (!mine_fd(fd)) return real(fd, data, size, at);                                        \
        int v = verdict(WRITE); FAIL(v);                                                          \
        if (v == -1 && size > 1) size /= 2;                                                       \
        ssize_t done = real(fd, data, size, at); int e = errno;                                   \
        if (done > 0) record('w', name_of(fd), "", at, data, done);                               \
        after(v); errno = e; return done; }
PWRITELIKE(pwrite, off_t)
PWRITELIKE(pwrite64, off64_t)
ssize_t read(int fd, void *data, size_t size) {
    REAL(read);
    if (!mine_fd(fd)) return real(fd, data, size);
    int v = verdict(OTHER); FAIL(v);
    if (v == -1 && size > 1) size /= 2;
    return real(fd, data, size);
}
#define PREADLIKE(name, offset_type)                                                              \
    ssize_t name(int fd, void *data, size_t size, offset_type at) {                               \
        REAL(name);                                                                               \
        if (!mine_fd(fd)) return real(fd, data, size, at);                                        \
        int v = verdict(OTHER); FAIL(v);                                                          \
        if (v == -1 && size > 1) size /= 2;                                                       \
        return real(fd, data, size, at); }
PREADLIKE(pread, off_t)
PREADLIKE(pread64, off64_t)

#define ON_FD(name, kind, declared, given, letter, offset)                                        \
    int name declared {                                                                           \
        REAL(name);                                                                               \
        if (!mine_fd(fd)) return real given;                                                      \
        int v = verdict(kind); FAIL(v);                                                           \
        int r = real given; int e = errno;                                                        \
        if (!r && letter) record(letter, name_of(fd), "", offset, 0, 0);                          \
        after(v); errno = e; return r; }
ON_FD(fsync, SYNC, (int fd), (fd), 's', 0)
ON_FD(fdatasync, SYNC, (int fd), (fd), 's', 0)
ON_FD(syncfs, SYNC, (int fd), (fd), 'S', 0)
ON_FD(ftruncate, WRITE, (int fd, off_t size), (fd, size), 't', size)
ON_FD(ftruncate64, WRITE, (int fd, off64_t size), (fd, size), 't', size)

#define ON_PATH(name, kind, declared, given, letter, second)                                      \
    int name declared {                                                                           \
        REAL(name);                                                                               \
        if (!mine(path)) return real given;                                                       \
        int v = verdict(kind); FAIL(v);                                                           \
        int r = real given; int e = errno;                                                        \
        if (!r && letter) record(letter, path, second, 0, 0, 0);                                  \
        after(v); errno = e; return r; }
ON_PATH(unlink, OTHER, (const char *path), (path), 'u', "")
ON_PATH(mkdir, NAME, (const char *path, mode_t mode), (path, mode), 'm', "")
ON_PATH(rename, NAME, (const char *path, const char *target), (path, target), 'r', target)
ON_PATH(link, NAME, (const char *path, const char *target), (path, target), 'l', target)
#define ON_AT(name, kind, declared, given, letter, to, second)                                    \
    int name declared {                                                                           \
        REAL(name);                                                                               \
        if (!mine_at(at, path)) return real given;                                                \
        int v = verdict(kind); FAIL(v);                                                           \
        char from[512], onto[512]; full_path(from, sizeof from, at, path); full_path(onto, sizeof onto, to, second); \
        int r = real given; int e = errno;                                                        \
        if (!r && letter) record(letter, from, onto, 0, 0, 0);                                    \
        after(v); errno = e; return r; }
ON_AT(unlinkat, OTHER, (int at, const char *path, int flags), (at, path, flags), 'u', -1, "")
ON_AT(mkdirat, NAME, (int at, const char *path, mode_t mode), (at, path, mode), 'm', -1, "")
ON_AT(renameat, NAME, (int at, const char *path, int to, const char *target), (at, path, to, target), 'r', to, target)
ON_AT(renameat2, NAME, (int at, const char *path, int to, const char *target, unsigned flags), (at, path, to, target, flags),
      'r', to, target)
ON_AT(linkat, NAME, (int at, const char *path, int to, const char *target, int flags), (at, path, to, target, flags),
      'l', to, target)

ON_PATH(stat, LOOK, (const char *path, struct stat *out), (path, out), 0, "")
ON_PATH(lstat, LOOK, (const char *path, struct stat *out), (path, out), 0, "")
ON_PATH(stat64, LOOK, (const char *path, struct stat64 *out), (path, out), 0, "")
ON_PATH(lstat64, LOOK, (const char *path, struct stat64 *out), (path, out), 0, "")
ON_AT(fstatat, LOOK, (int at, const char *path, struct stat *out, int flags), (at, path, out, flags), 0, -1, "")
ON_AT(fstatat64, LOOK, (int at, const char *path, struct stat64 *out, int flags), (at, path, out, flags), 0, -1, "")
ON_FD(fstat, LOOK, (int fd, struct stat *out), (fd, out), 0, 0)
ON_FD(fstat64, LOOK, (int fd, struct stat64 *out), (fd, out), 0, 0)

int close(int fd) {
    REAL(close);
    note(fd, "", 0);
    return real(fd);
}
