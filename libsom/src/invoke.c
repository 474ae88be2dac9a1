/* invoke.c: calls made and taken by signature. With libffi any signature will do; without it those of bank.c, and no closures. */
#include "kernel.h"

#include <string.h>

#ifdef SOM_FFI
#include <ffi.h>
#endif

typedef struct call {
	uint32_t nargs;
#ifdef SOM_FFI
	ffi_cif cif;
	ffi_type *types[2 + MAX_ARGS];
#endif
} call;

/* The call that a signature describes. */
static call *call_of(const char *sig) { return ((const som_name *)(const void *)(sig - offsetof(som_name, text)))->call; }

static const char letters[] = "vbchHiIlLfdsop";

static bool well_formed(const char *text) {
	size_t n = strlen(text);
	return n >= 2 && n <= 2 + MAX_ARGS && text[1] == ':' && strchr(letters, text[0]) && strspn(text + 2, letters + 1) == n - 2;
}

#ifdef SOM_FFI
static ffi_type *type_of(char letter) {
	switch (letter) {
	case 'v': return &ffi_type_void;
	case 'b': case 'c': return &ffi_type_uint8;
	case 'h': return &ffi_type_sint16;
	case 'H': return &ffi_type_uint16;
	case 'i': return &ffi_type_sint32;
	case 'I': return &ffi_type_uint32;
	case 'l': return &ffi_type_sint64;
	case 'L': return &ffi_type_uint64;
	case 'f': return &ffi_type_float;
	case 'd': return &ffi_type_double;
	default: return &ffi_type_pointer;
	}
}

static bool prepare(call *c, const char *sig) {
	c->types[0] = c->types[1] = &ffi_type_pointer;
	for (uint32_t i = 0; i < c->nargs; i++)
		c->types[2 + i] = type_of(sig[2 + i]);
	return ffi_prep_cif(&c->cif, FFI_DEFAULT_ABI, 2 + c->nargs, type_of(sig[0]), c->types) == FFI_OK;
}
#else
static bool prepare(call *c, const char *sig) { return c && sig; }
#endif

const char *signature(const char *text, som_env *ev) {
	if (!well_formed(text)) {
		fail(ev, SOM_E_METHOD, "the signature %.100s is malformed: a result's letter, a colon and at most %d arguments' of %s", text, MAX_ARGS, letters);
		return NULL;
	}
	som_name *n = (som_name *)(uintptr_t)som_name_of(text, ev);
	if (!n || __atomic_load_n(&n->call, __ATOMIC_ACQUIRE)) return n ? n->text : NULL;
	call *c = take(sizeof *c), *none = NULL;
	if (c) c->nargs = (uint32_t)strlen(text) - 2;
	if (!c || !prepare(c, n->text)) {
		give(c);
		no_memory(ev, "a signature");
		return NULL;
	}
	if (!__atomic_compare_exchange_n(&n->call, &none, c, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		give(c); /* another thread was quicker */
	return n->text;
}

#ifdef SOM_FFI
static size_t size_of_letter(char letter) { return type_of(letter)->size; }

/* libffi hands small integers as a whole register. */
typedef union result {
	ffi_arg wide;
	ffi_sarg signed_wide;
	som_value value;
} result;

static som_value narrowed(char letter, result r) {
	som_value v = r.value;
	switch (letter) {
	case 'b': case 'c': v.l = 0; v.b = (uint8_t)r.wide; break;
	case 'h': v.l = 0; v.h = (int16_t)r.signed_wide; break;
	case 'H': v.l = 0; v.H = (uint16_t)r.wide; break;
	case 'i': v.l = 0; v.i = (int32_t)r.signed_wide; break;
	case 'I': v.l = 0; v.I = (uint32_t)r.wide; break;
	case 'v': v.l = 0; break;
	default: break;
	}
	return v;
}

static int apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	void *at[2 + MAX_ARGS];
	result r = {.value = {.l = 0}};
	at[0] = &o;
	at[1] = &ev;
	for (uint32_t i = 0; i < call_of(sig)->nargs; i++)
		at[2 + i] = (void *)(uintptr_t)&args[i];
	ffi_call(&call_of(sig)->cif, proc, &r, at);
	if (to) *to = narrowed(sig[0], r);
	return SOM_OK;
}

/* ---- Closures ---- */

typedef struct closure {
	ffi_closure *made;
	som_proc *code;
	const char *sig;
	som_handler *handler;
	void *context;
	struct closure *next;
} closure;

enum { CLOSURE_BUCKETS = 1024 };
static closure *closures[CLOSURE_BUCKETS]; /* by code, under the lock */

static closure **closure_bucket(som_proc *code) { return &closures[(uintptr_t)code / 16 % CLOSURE_BUCKETS]; }

static void handle(ffi_cif *cif, void *to, void **at, void *context) {
	closure *c = context;
	som_value args[MAX_ARGS], v = {.l = 0};
	const char *sig = c->sig;
	(void)cif;
	for (uint32_t i = 0; i < call_of(sig)->nargs; i++) {
		args[i].l = 0;
		memcpy(&args[i], at[2 + i], size_of_letter(sig[2 + i]));
	}
	c->handler(c->context, *(som_ref *)at[0], *(som_env **)at[1], args, &v);
	switch (sig[0]) {
	case 'v': break;
	case 'b': case 'c': *(ffi_arg *)to = v.b; break;
	case 'h': *(ffi_sarg *)to = v.h; break;
	case 'H': *(ffi_arg *)to = v.H; break;
	case 'i': *(ffi_sarg *)to = v.i; break;
	case 'I': *(ffi_arg *)to = v.I; break;
	default: memcpy(to, &v, size_of_letter(sig[0]));
	}
}

som_proc *som_closure(const char *sig, som_handler *handler, void *context, som_env *ev) {
	const char *made = signature(sig, ev);
	closure *c = made ? take(sizeof *c) : NULL;
	void *code = NULL;
	if (c) c->made = ffi_closure_alloc(sizeof *c->made, &code);
	if (!c || !c->made || ffi_prep_closure_loc(c->made, &call_of(made)->cif, handle, c, code) != FFI_OK) {
		if (c && c->made) ffi_closure_free(c->made);
		give(c);
		if (made) no_memory(ev, "a closure: or the system forbids code that is made at run time");
		return NULL;
	}
	c->sig = made;
	c->handler = handler;
	c->context = context;
	memcpy(&c->code, &code, sizeof code);
	lock();
	c->next = *closure_bucket(c->code);
	*closure_bucket(c->code) = c;
	unlock();
	return c->code;
}

void som_closure_free(som_proc *code) {
	lock();
	closure **at = closure_bucket(code), *c;
	while ((c = *at) && c->code != code)
		at = &c->next;
	if (c) *at = c->next;
	unlock();
	if (!c) return;
	ffi_closure_free(c->made);
	give(c);
}
#else
int bank_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev);

static int apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	som_value r = {.l = 0};
	if (!bank_apply(proc, sig, o, args, &r, ev))
		return fail(ev, SOM_E_METHOD, "calls by the signature %s need a kernel that is built with libffi", sig);
	if (to) *to = r;
	return SOM_OK;
}

som_proc *som_closure(const char *sig, som_handler *handler, void *context, som_env *ev) {
	(void)handler;
	(void)context;
	fail(ev, SOM_E_LIBRARY, "closures (of %s) need a kernel that is built with libffi", sig);
	return NULL;
}

void som_closure_free(som_proc *code) { (void)code; }
#endif

int som_apply(som_proc *proc, const char *sig, som_ref o, const som_value *args, som_value *to, som_env *ev) {
	const char *made = sig && proc ? signature(sig, ev) : NULL;
	if (!proc || !sig) return fail(ev, SOM_E_METHOD, "a call without a procedure or a signature");
	return made ? apply(proc, made, o, args, to, ev) : SOM_E_METHOD;
}

int som_dispatch(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev) {
	const char *sig = NULL;
	if (is_freed(o)) return freed_call(o, ev), SOM_E_FREED;
	som_proc *proc = method ? find_signed(o, method, &sig, ev) : NULL;
	if (!proc) return method ? SOM_E_UNKNOWN : fail(ev, SOM_E_UNKNOWN, "a call without a method's name");
	if (proc == (som_proc *)no_implementation) return no_implementation(o, ev), SOM_E_ABSTRACT;
	if (!sig)
		return fail(ev, SOM_E_METHOD, "class %s: %s has no signature, and can be called by offset alone", class_of(o)->info.name, method);
	if (call_of(sig)->nargs != n || (n && !args))
		return fail(ev, SOM_E_TYPE, "class %s: %s has %u arguments (%s), %u were given", class_of(o)->info.name, method, call_of(sig)->nargs, sig, n);
	return apply(proc, sig, o, args, to, ev);
}

int som_invoke(som_ref o, const char *method, const som_value *args, uint32_t n, som_value *to, som_env *ev) {
	if (is_freed(o)) return freed_call(o, ev), SOM_E_FREED;
	typedef int32_t dispatcher(som_ref, som_env *, const char *, const som_value *, uint32_t, som_value *);
	return ((dispatcher *)*word_at(class_of(o)->row, tok_dispatch))(o, ev, method, args, n, to);
}
