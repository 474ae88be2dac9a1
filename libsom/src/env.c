/* env.c: exceptions, memory and output: what every other part leans on. */
#include "kernel.h"

#include <stdarg.h>

static void output(const char *text, size_t n) { fwrite(text, 1, n, stdout); }
static void error(uint32_t code, const char *text) { fprintf(stderr, "som: %s: %s\n", som_code_name(code), text); }

som_hooks hooks = {.allocate = malloc, .deallocate = free, .output = output, .error = error,
	.load = open_library, .symbol = find_symbol, .unload = close_library};
bool memory_taken;
uint32_t exceptions;

void *take(size_t n) {
	if (!__atomic_load_n(&memory_taken, __ATOMIC_RELAXED)) __atomic_store_n(&memory_taken, true, __ATOMIC_RELEASE);
	void *p = hooks.allocate(n);
	return p ? memset(p, 0, n) : NULL;
}

void give(void *p) { if (p) hooks.deallocate(p); }

void *som_allocate(size_t n) { return take(n ? n : 1); }
void som_deallocate(void *p) { give(p); }

void *pool_take(klass *k, size_t n) {
	pool *p = take(sizeof *p + n);
	if (p) p->next = k->pool, k->pool = p;
	return p ? p + 1 : NULL;
}

char *pool_text(klass *k, const char *s, size_t n) {
	char *p = pool_take(k, n + 1);
	return p ? memcpy(p, s, n) : NULL;
}

static const struct { const char *name, *exception; } codes[] = {
	[SOM_OK] = {"ok", NULL}, [SOM_E_NAME] = {"name", NULL}, [SOM_E_PARENTS] = {"parents", NULL}, [SOM_E_CYCLE] = {"cycle", NULL},
	[SOM_E_ORDER] = {"order", NULL}, [SOM_E_METACLASS] = {"metaclass", NULL}, [SOM_E_VERSION] = {"version", NULL}, [SOM_E_METHOD] = {"method", NULL},
	[SOM_E_INIT] = {"init", NULL}, [SOM_E_AMBIGUOUS] = {"ambiguous", NULL}, [SOM_E_TYPE] = {"type", NULL}, [SOM_E_SIZE] = {"size", "IMP_LIMIT"},
	[SOM_E_METHODS] = {"methods", "IMP_LIMIT"}, [SOM_E_DEPTH] = {"depth", "IMP_LIMIT"}, [SOM_E_CLASSES] = {"classes", "IMP_LIMIT"},
	[SOM_E_UNKNOWN] = {"unknown", "BAD_OPERATION"}, [SOM_E_ABSTRACT] = {"abstract", "NO_IMPLEMENT"}, [SOM_E_BUSY] = {"busy", "BAD_INV_ORDER"},
	[SOM_E_LIBRARY] = {"library", "INITIALIZE"}, [SOM_E_FREED] = {"freed", "OBJECT_NOT_EXIST"}, [SOM_E_MEMORY] = {"memory", "NO_MEMORY"},
	[SOM_E_RAISED] = {"raised", "UNKNOWN"}, /* NULL: BAD_PARAM */
};
enum { NCODES = sizeof codes / sizeof codes[0] };

const char *som_code_name(uint32_t code) { return code < NCODES ? codes[code].name : "unknown code"; }

char *copy_text(const char *s) {
	char *p = s ? take(strlen(s) + 1) : NULL;
	return p ? strcpy(p, s) : NULL;
}

void som_env_clear(som_env *ev) {
	if (!ev || ev->major == SOM_NO_EXCEPTION) return;
	som_env old = *ev;
	bool ends = old.drop && old.value;
	memset(ev, 0, sizeof *ev);
	if (ends) old.drop(old.value);
	if (ends && old.major == SOM_USER_EXCEPTION) __atomic_sub_fetch(&exceptions, 1, __ATOMIC_RELEASE);
	give(old.id);
	give(old.text);
}

/* id and text may be those that ev holds. */
static void raise(som_env *ev, som_env new, const char *id, const char *text) {
	new.id = copy_text(id);
	new.text = copy_text(text);
	som_env_clear(ev);
	*ev = new;
}

void som_raise_system(som_env *ev, const char *id, uint32_t minor, uint32_t completed, const char *text) {
	if (ev) raise(ev, (som_env){.major = SOM_SYSTEM_EXCEPTION, .minor = minor, .completed = completed}, id, text);
}

void som_raise_user(som_env *ev, const char *id, void *value, void (*drop)(void *)) {
	if (!ev && drop && value) drop(value);
	if (!ev) return;
	raise(ev, (som_env){.major = SOM_USER_EXCEPTION, .value = value, .drop = drop}, id, NULL);
	__atomic_add_fetch(&exceptions, drop && value, __ATOMIC_RELAXED);
}

som_env aloud;

int fail(som_env *ev, uint32_t code, const char *format, ...) {
	if (!ev) return (int)code;
	char id[64], text[MAX_ERROR]; /* what is longer is cut */
	snprintf(id, sizeof id, "IDL:omg.org/CORBA/%s:1.0", codes[code].exception ? codes[code].exception : "BAD_PARAM");
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	if (ev == &aloud) return hooks.error(code, text), (int)code;
	som_raise_system(ev, id, code, SOM_COMPLETED_NO, text);
	return (int)(ev->code = code);
}

int no_memory(som_env *ev, const char *what) { return fail(ev, SOM_E_MEMORY, "no memory for %s", what); }

som_env *env_or(som_env *own, som_env *ev) {
	*own = (som_env){0};
	som_env_clear(ev);
	return ev ? ev : own;
}

void print(const char *format, ...) {
	char text[MAX_DERIVED + 256]; /* a class's name, and what is said of it */
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	hooks.output(text, strlen(text));
}

void som_output(const char *text, size_t n) { hooks.output(text, n); }
