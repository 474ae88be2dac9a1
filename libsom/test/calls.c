/* calls.c: what generated code is made of, a function each, to be looked at as instructions. */
#include "som.h"

static struct { som_classdata c; som_tok m[2]; } Animal; /* private to the client, bound by name */

int64_t som_call(som_ref o, som_env *ev, int64_t n);
int64_t som_call(som_ref o, som_env *ev, int64_t n) { return ((int64_t (*)(som_ref, som_env *, int64_t))som_resolve(o, Animal.m[1]))(o, ev, n) + 1; }
int som_test(som_ref o);
int som_test(som_ref o) { return som_isa(o, &Animal.c); }
int64_t som_field(som_ref o);
int64_t som_field(som_ref o) { return *(int64_t *)som_data(o, Animal.c.data); }
som_class *som_its_class(som_ref o);
som_class *som_its_class(som_ref o) { return som_class_of(o); }

int bind_animal(const som_binding *b, som_env *ev);
int bind_animal(const som_binding *b, som_env *ev) { return som_class_bind(b, &Animal.c, ev); }
