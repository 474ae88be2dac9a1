/* library.c: class libraries: where they are looked for, how they are loaded. Files are opened with the kernel's lock let go, since
 * the system's loader has a lock of its own; entries run under it. */
#define _GNU_SOURCE
#include "kernel.h"

#include <sys/stat.h>

#ifdef _WIN32
#include <windows.h>
static const char separator[] = ";", prefix[] = "", suffix[] = ".dll", own[] = "som-meta.dll"; /* the latter: of SOM's own metaclasses */
void *open_library(const char *file, char *why, size_t n) {
	void *handle = (void *)LoadLibraryA(file);
	if (!handle) snprintf(why, n, "the system's error %lu", (unsigned long)GetLastError());
	return handle;
}
som_proc *find_symbol(void *handle, const char *name) { return (som_proc *)(void *)GetProcAddress((HMODULE)handle, name); }
void close_library(void *handle) { FreeLibrary((HMODULE)handle); }
static const char *own_file(char *at, size_t n) { return n < sizeof own ? NULL : strcpy(at, own); }
#else
#include <dlfcn.h>
#include <unistd.h>
static const char separator[] = ":", prefix[] = "lib", suffix[] = ".so", own[] = "libsom-meta.so.1"; /* the latter: of SOM's own metaclasses */
void *open_library(const char *file, char *why, size_t n) {
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!handle) snprintf(why, n, "%s", dlerror());
	return handle;
}
som_proc *find_symbol(void *handle, const char *name) { return (som_proc *)(uintptr_t)dlsym(handle, name); }
void close_library(void *handle) { dlclose(handle); }

/* The file with SOM's own metaclasses: beside the kernel, whatever links lead to that, or as the system looks for it. */
static const char *own_file(char *at, size_t n) {
	Dl_info here;
	char *kernel = dladdr(&libraries, &here) ? realpath(here.dli_fname, NULL) : NULL, *end = kernel ? strrchr(kernel, '/') : NULL;
	if (!end || snprintf(at, n, "%.*s/%s", (int)(end - kernel), kernel, own) >= (int)n || access(at, R_OK) != 0) strcpy(at, own);
	free(kernel);
	return at;
}
#endif

typedef struct place { struct place *next; char *file, cls[]; } place; /* where a class is: said by som_library_of_class, or left out */

library *libraries;
static const thread *opener; /* that is in the system's loader, which has a lock of its own, or NULL */
static place *places;
static char *folders; /* NULL: those of SOM_PATH */
static void *go_runtime;
static _Thread_local library *loading;

/* OTHER: of another machine, which the system's loader passes over where it searches; CUT: shorter than its header says; ODD: no
 * file, but perhaps a pipe, on which who opens it waits. */
enum { ABSENT, OTHER, CUT, ODD, WHOLE };
static const char *const reasons[] = {[CUT] = "it is shorter than its header says", [ODD] = "it is no regular file"};

static int kind_of(const char *file) {
	struct stat s;
	return stat(file, &s) != 0 ? ABSENT : S_ISREG(s.st_mode) ? WHOLE : ODD;
}

#ifdef __linux__
#include <link.h>
#include <sys/auxv.h>

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden"))); /* of what the kernel is in */

/* Of a file that is cut the system's loader would touch what is not there, and the process would end. What is no library at all is
 * left to the loader, which says so. */
static int state_of(const char *file) {
	const unsigned char *mine = __ehdr_start.e_ident;
	ElfW(Ehdr) h;
	ElfW(Phdr) p;
	int kind = kind_of(file);
	FILE *f = kind == WHOLE ? fopen(file, "rbe") : NULL;
	if (!f) return kind == WHOLE ? ABSENT : kind;
	bool elf = fread(&h, sizeof h, 1, f) == 1 && !memcmp(h.e_ident, ELFMAG, SELFMAG);
	int state = elf && (h.e_ident[EI_CLASS] != mine[EI_CLASS] || h.e_machine != __ehdr_start.e_machine) ? OTHER : WHOLE;
	uint64_t size = fseek(f, 0, SEEK_END) == 0 ? (uint64_t)ftell(f) : 0;
	for (unsigned i = 0; elf && state == WHOLE && i < h.e_phnum; i++) {
		bool there = fseek(f, (long)(h.e_phoff + i * sizeof p), SEEK_SET) == 0 && fread(&p, sizeof p, 1, f) == 1;
		if (!there || (p.p_type == PT_LOAD && (p.p_offset > size || p.p_filesz > size - p.p_offset))) state = CUT;
	}
	fclose(f);
	return state;
}

#ifdef __GLIBC__
/* Of the file that the loader takes for a bare name: one that is loaded, or the first in the folders where it looks for this library's
 * needs. ABSENT: it may know of one by /etc/ld.so.cache still. */
static int state_in_search(const char *file) {
	char at[4096];
	Dl_info here;
	Dl_serinfo head, *all = NULL;
	void *loaded = dlopen(file, RTLD_NOLOAD | RTLD_LAZY), *self = NULL;
	int state = loaded ? WHOLE : ABSENT;
	if (loaded) dlclose(loaded);
	if (dladdr(&libraries, &here)) self = dlopen(here.dli_fname, RTLD_NOLOAD | RTLD_LAZY);
	if (!self) self = dlopen(NULL, RTLD_LAZY); /* the kernel is linked into the program */
	if (!loaded && self && dlinfo(self, RTLD_DI_SERINFOSIZE, &head) == 0 && (all = take(head.dls_size))) {
		*all = head;
		dlinfo(self, RTLD_DI_SERINFO, all);
	}
	for (unsigned i = 0; all && i < all->dls_cnt && state <= OTHER; i++)
		if (snprintf(at, sizeof at, "%s/%s", all->dls_serpath[i].dls_name, file) < (int)sizeof at) state = state_of(at);
	give(all);
	if (self) dlclose(self);
	return state;
}
#else
static int state_in_search(const char *file) { return (void)file, ABSENT; }
#endif
static int state(const char *file) { return strchr(file, '/') ? state_of(file) : state_in_search(file); }

/* Whether this file of the process has what is looked for. The program's own code goes with no library. */
static int has(struct dl_phdr_info *o, size_t n, void *looked_for) {
	span *s = looked_for, here = {0, 0};
	for (n = 0; n < o->dlpi_phnum; n++) {
		uintptr_t at = o->dlpi_addr + o->dlpi_phdr[n].p_vaddr;
		if (o->dlpi_phdr[n].p_type != PT_LOAD) continue;
		here.from = here.size ? here.from : at; /* by ascending addresses */
		here.size = at - here.from + o->dlpi_phdr[n].p_memsz;
	}
	if (s->from - here.from >= here.size) return 0;
	*s = (uintptr_t)o->dlpi_phdr == getauxval(AT_PHDR) ? *s : here;
	return 1;
}
static span span_of(span code) { return dl_iterate_phdr(has, &code), code; }
#else
static int state(const char *file) { return kind_of(file); }
#ifdef _WIN32
static span span_of(span code) {
	MEMORY_BASIC_INFORMATION m;
	if (!VirtualQuery((void *)code.from, &m, sizeof m) || m.Type != MEM_IMAGE || m.AllocationBase == (void *)GetModuleHandleA(NULL)) return code;
	const char *image = m.AllocationBase;
	return (span){(uintptr_t)image, ((const IMAGE_NT_HEADERS *)(image + ((const IMAGE_DOS_HEADER *)image)->e_lfanew))->OptionalHeader.SizeOfImage};
}
#else
static span span_of(span code) { return code; }
#endif
#endif

static bool put(place **to, const char *cls, const char *file) {
	size_t n = strlen(cls) + 1;
	place *p = take(sizeof *p + n + strlen(file) + 1);
	if (p) *p = (place){*to, strcpy(strcpy(p->cls, cls) + n, file)}, *to = p;
	return p;
}

/* The end of a list that has no such class. */
static place **place_of(place **at, const char *cls) { while (*at && !(cls && !strcmp((*at)->cls, cls))) at = &(*at)->next; return at; }

library *library_of(const uintptr_t code[3]) {
	for (int i = 0; i < 3; i++)
		for (library *l = libraries; l; l = l->next)
			if (code[i] - l->code.from < l->code.size) return l;
	return loading;
}

/* Of a name; or what as is by another name: links, or a folder's other name, lead to one file, which the system's loader has once. */
static library *library_named(const char *file, const library *as) {
	library *l = libraries;
	while (l && (as ? l == as || l->handle != as->handle : strcmp(l->file, file))) l = l->next;
	return l;
}

static som_proc *symbol(const library *l, const char *name) { return l->handle ? hooks.symbol(l->handle, name) : NULL; }

library *library_in(uint64_t group, bool in_hand) {
	library *l = libraries;
	while (l && (l->group != group || (in_hand && !l->by))) l = l->next;
	return l;
}

bool may_open(const klass *k) {
	while (opener && opener != this_thread() && !(k && library_in(k->group, true))) if (!lock_wait(opener)) return false;
	return !(k && library_in(k->group, true));
}

void library_end(library *l) {
	bool go = l->go && l->go == go_runtime; /* which does not leave a process */
	if (l->handle && !go && !__atomic_load_n(&exceptions, __ATOMIC_ACQUIRE) && may_open(NULL)) {
		const thread *outer = opener;
		opener = l->by;
		unsigned depth = lock_let_go(NULL);
		hooks.unload(l->handle);
		lock_again(depth);
		opener = outer;
	}
	library **at = &libraries;
	while (*at != l) at = &(*at)->next;
	*at = l->next;
	for (place *p; (p = l->left); give(p)) l->left = p->next;
	give(l);
	lock_wake();
}

void lose_libraries(void) {
	for (library *l = libraries; l; l = l->next)
		if (l->by != this_thread()) l->entered &= !l->by, l->by = NULL; /* what was being closed is half there */
	opener = opener == this_thread() ? opener : NULL;
}

/* Runs the entry of a library. SOM_E_UNKNOWN, without a text: it says that it has none by that name. */
static int enter(library *l, som_env *ev) {
	if (!l->entry) return fail(ev, SOM_E_LIBRARY, "%s is no class library: it exports no %s", l->file, SOM_LIBRARY_ENTRY);
	if (l->go && go_runtime && l->go != go_runtime) /* a process has room for one; class libraries in Go export it */
		return fail(ev, SOM_E_LIBRARY, "%s has a Go runtime of its own, and there is one in the process already; "
			"bundle the classes of both into one library (dsom class bundle)", l->file);
	go_runtime = l->go ? l->go : go_runtime;
	library *outer = loading;
	som_env inner = {0};
	loading = l;
	int code = l->entry(SOM_ABI, &inner);
	loading = outer;
	if (l->sought && !l->only && code == SOM_E_UNKNOWN && inner.major == SOM_NO_EXCEPTION) return code;
	if (code != SOM_OK || inner.major != SOM_NO_EXCEPTION)
		code = fail(ev, SOM_E_LIBRARY, "%s could not define its classes: %s", l->file, inner.text ? inner.text : inner.id ? inner.id : "it says no more");
	som_env_clear(&inner);
	return code;
}

/* What the library has left out since a folder before has a file for it, in which it is not after all: the entry runs again, for that class alone. */
static int again(library *l, const char *cls, som_env *ev) {
	place **at = place_of(&l->left, cls), *p = *at;
	if (!p || !l->by != l->entered) return SOM_OK; /* or it is being closed, or was half there when the process forked */
	*at = p->next; /* so that it is not looked for by what its making looks for */
	const library was = *l;
	l->by = this_thread(), l->sought = cls, l->only = true, l->entered = false;
	int code = enter(l, ev);
	l->by = was.by, l->sought = was.sought, l->only = was.only, l->entered = was.entered;
	p->next = l->left, l->left = p;
	lock_wake();
	return code;
}

/* Loads a file, or takes the entry of a library that is linked in, for a class or for NULL. SOM_E_UNKNOWN, without a text: nothing could be
 * loaded, and the file's state is at most passes. The lock is let go while the file is opened, and who opens others waits. */
static int load(const char *file, som_library_entry_proc *entry, const char *cls, int passes, som_env *ev) {
	library *l, *above = loading;
	while ((l = library_named(file, NULL)) || (!entry && opener && opener != this_thread())) {
		if (l && !l->by && !l->entered) return fail(ev, SOM_E_LIBRARY, "%s cannot be loaded: another thread was at it when the process forked", file);
		if (l && (!l->by || l->by == this_thread())) return again(l, cls, ev);
		if (cls && registered(cls)) return SOM_OK;
		if (!lock_wait(l ? l->by : opener)) return fail(ev, SOM_E_CYCLE, "%s cannot be loaded: another thread is at it, which waits for what this one loads", file);
	}
	if (!(l = take(sizeof *l + strlen(file) + 1))) return no_memory(ev, "a class library");
	strcpy(l->file, file);
	l->sought = cls, l->by = this_thread();
	l->group = ++groups;
	l->next = libraries, libraries = l;
	char why[512] = "";
	const thread *outer = opener;
	loading = NULL; /* what the library makes before its entry runs is no class of the one whose entry does */
	opener = entry ? opener : l->by;
	unsigned depth = lock_let_go(NULL);
	int seen = entry ? WHOLE : state(file);
	if (seen == CUT || seen == ODD)
		snprintf(why, sizeof why, "%s", reasons[seen]);
	else if (!entry && (seen != ABSENT || passes != ABSENT)) l->handle = hooks.load(file, why, sizeof why);
	som_library_ready_proc *ready = (som_library_ready_proc *)symbol(l, SOM_LIBRARY_READY);
	l->go = (void *)symbol(l, "som_go_runtime");
	l->entry = entry ? entry : (som_library_entry_proc *)symbol(l, SOM_LIBRARY_ENTRY);
	const span at = span_of((span){(uintptr_t)l->entry, 0});
	lock_again(depth);
	opener = opener == l->by ? outer : opener; /* of what is linked in it is another thread's all the while */
	lock_wake();
	library *same = NULL; /* what has ready goes by the name that it is asked for by */
	while (l->handle && !ready && (same = library_named(file, l)) && same->by && same->by != l->by && lock_wait(same->by)) {}
	bool waits = same && same->by && same->by != l->by;
	if (l->handle && !l->go) l->code = at;
	if (ready) { /* else no fork comes between */
		depth = lock_let_go(cls ? cls : "");
		ready(l->file); /* without the lock, which the thread that it waits for may need */
		lock_again(depth);
	}
	loading = above;
	if (same) return library_end(l), waits ? fail(ev, SOM_E_CYCLE, "%s: another thread is at it by another name, and waits", file) : again(same, cls, ev);
	int code = l->entry || l->handle ? enter(l, ev) : seen <= passes ? SOM_E_UNKNOWN : fail(ev, SOM_E_LIBRARY, "%s cannot be loaded: %s", file, why);
	klass *k = code == SOM_OK ? NULL : all_classes;
	while (k && k->library != l) k = k->next;
	l->entered = true;
	if (code == SOM_OK || (k && unload_group(k, l, 0))) /* where it has failed, something of it is in use already: it stays */
		l->by = NULL;
	else library_end(l);
	lock_wake();
	return code;
}

static int load_named(const char *file, som_library_entry_proc *entry, som_env *ev) {
	if (!file || !*file) return fail(ev, SOM_E_LIBRARY, "a class library without a name");
	LOCKED;
	return load(file, entry, NULL, -1, ev);
}

int som_library_load(const char *file, som_env *ev) { return load_named(file, NULL, ev); }

int som_library_add(const char *name, som_library_entry_proc *entry, som_env *ev) {
	return entry ? load_named(name, entry, ev) : fail(ev, SOM_E_LIBRARY, "a class library without an entry");
}

/* ---- Where a class is ---- */

/* The file that may have a class: of its whole name, or of its first part. */
static void file_name(char *to, size_t n, const char *cls, bool first) {
	size_t at = (size_t)snprintf(to, n, "%s", prefix);
	for (; *cls && !(first && *cls == ':') && at + sizeof suffix < n; cls += *cls == ':' ? 2 : 1)
		to[at++] = *cls == ':' ? '_' : *cls >= 'A' && *cls <= 'Z' ? (char)(*cls + 'a' - 'A') : *cls;
	strcpy(to + at, suffix);
}

/* Tries one file: SOM_OK if the class is there now; SOM_E_UNKNOWN, without a text, if there is no such file, or one that lacks the class and
 * need not have it, since it was not named for it. */
static int try(const char *file, const char *cls, int passes, bool named, som_env *ev) {
	int code = load(file, NULL, cls, passes, ev);
	if (code != SOM_OK || registered(cls)) return code;
	return named ? fail(ev, SOM_E_LIBRARY, "%s does not define the class %s", file, cls) : SOM_E_UNKNOWN;
}

/* Tries the files that may have a class, in a folder whose name has n octets; without one, where the system looks. */
static int try_folder(const char *folder, size_t n, const char *cls, som_env *ev) {
	char name[MAX_NAME + 16], file[4096];
	int code = SOM_E_UNKNOWN;
	for (int first = 0; first < (strchr(cls, ':') ? 2 : 1) && code == SOM_E_UNKNOWN; first++) {
		file_name(name, sizeof name, cls, first);
		if (!folder)
			code = try(name, cls, OTHER, false, ev);
		else if (n && snprintf(file, sizeof file, "%.*s/%s", (int)n, folder, name) < (int)sizeof file) code = try(file, cls, ABSENT, !first, ev);
	}
	return code;
}

int load_for(const char *cls, som_env *ev) {
	char name[4096];
	if (!name_ok(cls, MAX_NAME, true)) return fail(ev, SOM_E_UNKNOWN, "there is no class %.300s", cls);
	const place *said = *place_of(&places, cls);
	int code = said ? try(said->file, cls, OTHER, false, ev) : SOM_E_UNKNOWN;
	if (said) return code != SOM_E_UNKNOWN ? code : fail(ev, SOM_E_LIBRARY, "class %s: its library %s is not to be loaded or lacks it", cls, said->file);
	const char *now = folders ? folders : getenv("SOM_PATH");
	char *path = copy_text(now); /* another may be set while the lock is let go */
	if (now && !path) return no_memory(ev, "a path");
	code = strncmp(cls, "SOMM", 4) ? SOM_E_UNKNOWN : try(own_file(name, sizeof name), cls, OTHER, false, ev);
	if (code == SOM_E_UNKNOWN && !path) code = try_folder(NULL, 0, cls, ev);
	size_t n;
	for (const char *p = path; p && *p && code == SOM_E_UNKNOWN; p += n + (p[n] != 0))
		code = try_folder(p, n = strcspn(p, separator), cls, ev);
	for (library *l = libraries; l && code == SOM_E_UNKNOWN; l = l->next) /* which is not named for what it has left out */
		if (!l->by || l->by == this_thread()) code = again(l, cls, ev) != SOM_OK ? SOM_E_LIBRARY : registered(cls) ? SOM_OK : code;
	if (code == SOM_E_UNKNOWN) {
		file_name(name, sizeof name, cls, false);
		fail(ev, SOM_E_UNKNOWN, "there is no class %s, and no library %s%s%s in %s", cls, name, strchr(cls, ':') ? ", nor one of its module that has it," : "",
			strncmp(cls, "SOMM", 4) ? "" : ", nor SOM's own, libsom-meta, beside libsom,", path ? path : "the system's folders; name others by SOM_PATH");
	}
	give(path);
	return code;
}

/* The first n octets of at are the folder of a file. */
static bool is_in(const char *file, const char *at, size_t n) { return n && !strncmp(file, at, n) && file[n] == '/' && !strchr(file + n + 1, '/'); }

bool is_elsewhere(const som_class_desc *d) {
	const char *p = folders ? folders : getenv("SOM_PATH"), *cls = d->name;
	char name[MAX_NAME + 16], file[4096];
	if (!loading || !loading->sought || !name_ok(cls, MAX_NAME, true)) return false;
	if (loading->only || !strcmp(cls, loading->sought)) return strcmp(cls, loading->sought) != 0; /* what folders before have of it has been asked */
	file_name(name, sizeof name, cls, false);
	const klass *k = registered(cls);
	bool before = *place_of(&loading->left, d->metaclass); /* it is made of one that is, perhaps by who asks for this library */
	for (uint32_t i = 0; d->parents && d->nparents <= MAX_PARENTS && i < d->nparents; i++)
		before = before || *place_of(&loading->left, d->parents[i]);
	for (size_t n; p && *p; p += n + (p[n] != 0)) {
		if (is_in(loading->file, p, n = strcspn(p, separator))) return before && (put(&loading->left, cls, ""), true);
		before = before || (k && k->library && is_in(k->library->file, p, n)) ||
			(n && snprintf(file, sizeof file, "%.*s/%s", (int)n, p, name) < (int)sizeof file && kind_of(file) != ABSENT);
	}
	return false;
}

int som_set_path(const char *path, som_env *ev) {
	char *copy = copy_text(path);
	if (path && !copy) return no_memory(ev, "a path");
	LOCKED;
	give(folders), folders = copy;
	return SOM_OK;
}

int som_library_of_class(const char *cls, const char *file, som_env *ev) {
	if (!name_ok(cls, MAX_NAME, true) || !file || !*file)
		return fail(ev, SOM_E_NAME, "a class's name, of at most %d octets, and a file are asked for", MAX_NAME);
	LOCKED;
	return put(&places, cls, file) ? SOM_OK : no_memory(ev, "the place of a class"); /* the last word counts */
}

int som_set_hooks(const som_hooks *h, som_env *ev) {
	som_hooks new = {0};
	if (!h) return fail(ev, SOM_E_TYPE, "hooks are asked for, and there are none");
	memcpy(&new, h, h->size_of < sizeof new ? h->size_of : sizeof new);
	if ((new.allocate || new.deallocate) && __atomic_load_n(&memory_taken, __ATOMIC_ACQUIRE))
		return fail(ev, SOM_E_BUSY, "memory was taken already; set the hooks for memory before anything else");
#define SET(hook) hooks.hook = new.hook ? new.hook : hooks.hook
	SET(allocate); SET(deallocate); /* before the lock, which makes the root classes */
	LOCKED;
	SET(output); SET(error); SET(load); SET(symbol); SET(unload);
	return SOM_OK;
}
