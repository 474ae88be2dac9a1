/* fronts.c: what all metaclasses need: the next one, what stands in a class's table, and closures in front of it. */
#include "meta.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int refuse(som_env *ev, uint32_t code, const char *exception, const char *format, ...) {
	if (!ev) return (int)code;
	char id[64], text[1024];
	snprintf(id, sizeof id, "IDL:omg.org/CORBA/%s:1.0", exception);
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	som_raise_system(ev, id, code, SOM_COMPLETED_NO, text);
	ev->code = code;
	return (int)code;
}

som_ref next_new(const known *behind, int way, som_ref c, som_env *ev, void *memory) {
	som_proc *next = som_next_proc(behind->c.cls, c, metaclass.m[way]);
	if (!next) return NULL;
	return way < META_RENEW ? ((som_ref (*)(som_ref, som_env *))next)(c, ev) : ((som_ref (*)(som_ref, som_env *, void *))next)(c, ev, memory);
}

void next_ready(const known *behind, som_ref c, som_env *ev) {
	som_proc *next = som_next_proc(behind->c.cls, c, metaclass.m[META_READY]);
	if (next) ((void (*)(som_ref, som_env *))next)(c, ev);
}

/* SOMClass's own, whatever stands in front of it for a class. */
static som_proc *of_classes(int method) { return som_class_proc(metaclass.c.cls, metaclass.m[method]); }

const char *row_of(const som_class *c) {
	return ((const char *(*)(som_ref, som_env *))of_classes(META_TABLE))((som_ref)(uintptr_t)c, NULL);
}

const som_class *owner_of(const som_class *c, som_tok method) {
	return ((const som_class *(*)(som_ref, som_env *, int64_t))of_classes(META_OWNER))((som_ref)(uintptr_t)c, NULL, method);
}

bool implements(const som_class *c, som_tok method) { return owner_of(c, method) == c; }

static uint32_t life_of(const som_class *from, const char *method) {
	if (from != object.c.cls) return 0;
	if (!strcmp(method, "somDestruct")) return SOM_CALL_ENDS;
	return !strcmp(method, "somDefaultInit") || strstr(method, "CopyInit") ? SOM_CALL_BEGINS : 0;
}

bool is_seen(const som_class *c, const som_class *from, const som_method_info *m) {
	if (from != object.c.cls) return true;
	if (!strcmp(m->name, "somInit") || !strcmp(m->name, "somUninit")) return owner_of(c, m->token) != from; /* which do nothing */
	return strcmp(m->name, "somDispatch") && strcmp(m->name, "somClassDispatch");
}

som_proc *front_of(const som_class *c, const char *method, som_tok t) {
	som_found f = {.size_of = sizeof f};
	return som_lookup(c, method, &f, NULL) == SOM_OK && f.proc != at(row_of(c), t) ? f.proc : NULL;
}

static int put(front **list, som_class *c, const som_class *from, const som_method_info *m, som_handler *handler, som_env *ev) {
	const char *of = info(from)->name;
	if (!m->sig)
		return refuse(ev, SOM_E_METHOD, "BAD_PARAM", "class %s: its method %s::%s has no signature, so that nothing can be put in front of it",
			info(c)->name, of, m->name);
	front *f = som_allocate(sizeof *f + strlen(of) + strlen(m->name) + 3);
	if (!f) return refuse(ev, SOM_E_MEMORY, "NO_MEMORY", "no memory for what stands in front of class %s", info(c)->name);
	*f = (front){.next = *list, .cls = c, .from = from, .token = m->token, .sig = m->sig, .row = row_of(c), .nargs = (uint32_t)strcspn(m->sig, "/") - 2,
		.life = life_of(from, m->name)};
	strcat(strcat(strcpy(f->method, of), "::"), m->name);
	*list = f; /* ends with the others, whatever comes */
	f->before = front_of(c, f->method, f->token);
	f->closure = som_closure(m->sig, handler, f, ev);
	return f->closure ? som_class_front(c, m->token, f->closure, ev) : SOM_E_LIBRARY;
}

int fronts_put(front **list, som_class *c, const som_class *of, bool (*wanted)(const som_class *c, const som_class *from, const som_method_info *m),
	som_handler *handler, som_env *ev) {
	const som_class_info *i = info(c);
	int code = SOM_OK;
	for (uint32_t a = 0; a < i->norder && code == SOM_OK; a++) {
		const som_class_info *from = info(i->order[a]);
		for (uint32_t m = 0; m < from->nintroduces && code == SOM_OK; m++) {
			const som_method_info *method = &from->introduces[m];
			if (!method->token || method->migrated || !wanted(c, i->order[a], method) || !som_descends(of, i->order[a])) continue;
			if (owner_of(of, method->token)) code = put(list, c, i->order[a], method, handler, ev);
		}
	}
	return code;
}

void fronts_end(front *list) {
	for (front *next; list; list = next) {
		next = list->next;
		if (list->closure) som_closure_free(list->closure);
		som_deallocate(list);
	}
}
