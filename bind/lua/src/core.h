/* core.h: what the parts of dsom.core share. All of it is run by Lua's thread, the home thread, but where it is said. */
#ifndef DSOM_LUA_CORE_H
#define DSOM_LUA_CORE_H

#include <lauxlib.h>
#include <lua.h>
#include <somhost.h>
#include <stdbool.h>

#if LUA_VERSION_NUM >= 504
#define LUA_CDATA (-2) /* no type of this Lua's */
#define lua_setuservalue_(L, i) lua_setiuservalue(L, i, 1)
#define lua_getuservalue_(L, i) (void)lua_getiuservalue(L, i, 1)
#define lua_newuserdata_(L, n) lua_newuserdatauv(L, n, 1)
#else /* LuaJIT, whose C interface is 5.1's */
#define LUA_CDATA 10
#define lua_setuservalue_(L, i) (void)lua_setfenv(L, i)
#define lua_getuservalue_(L, i) lua_getfenv(L, i)
#define lua_newuserdata_(L, n) lua_newuserdata(L, n)
#define lua_rawlen(L, i) lua_objlen(L, i)
#define lua_absindex(L, i) ((i) > 0 || (i) <= LUA_REGISTRYINDEX ? (i) : lua_gettop(L) + (i) + 1)
#endif

/* Since when finalizers have found an object to be out of reach: twice in a row, and nothing came back meanwhile, and it is. */
typedef struct strike { uint64_t batch, revivals, keeps; } strike;

/* An object's handle: it is in its table, which programs have, and its environment is that table. It has one reference to libsom's object, unless that
 * owns the table (kept). */
typedef struct instance {
	som_ref ref;       /* NULL: released, or it has ended. First, as fast.lua has it */
	uint32_t class_id; /* second: that of its class; 0 of a kept one, which fast.lua leaves to C */
	uint32_t calls;    /* that are in it */
	const void *magic; /* says that it is one */
	const somh_class *cls;
	som_ref owed; /* what ended though Lua had a reference, since whoever made it has undone it: the reference to it, or NULL */
	uint64_t serial; /* by which kept ones are found */
	strike out;
	uint32_t id;    /* of its class */
	som_weak *weak; /* of a kept one: whether a reference can still be had */
	som_weak *unsure; /* not NULL: nobody has said that ref has been begun; where it cannot be, it goes whoever has references */
	bool kept, ended, revived;
} instance;

/* A class that was made in Lua: what its overrides' contexts refer to, which libsom may have for longer than Lua. */
typedef struct maker {
	const somh_class *cls; /* NULL: it is being made */
	struct override *overrides;
	bool dead; /* Lua has it no more */
} maker;

typedef struct override {
	struct override *next; /* of the class that it is in, which may be one below the maker's */
	maker *of;
	const somh_method *m;
} override;

/* What fast.lua reads and writes. */
typedef struct shared {
	uint32_t made;  /* classes that were made in Lua, ever: their overrides may be called */
	uint32_t quick; /* calls that the ffi makes and Lua's C interface must not be used in */
} shared;
extern shared state;

/* Functions of dsom/init.lua, and tables, in the registry. */
enum { H_MAKE_CLASS, H_MAKE_TYPE, H_SYSTEM, H_UNKNOWN, H_TEXT, H_BOX, H_CDATA, H_BEGIN, HOOKS };
enum { T_META = HOOKS, T_MADE, T_TYPES, T_HANDLES, T_WEAK_HANDLES, T_KEPT, T_TOKEN, T_INSTANCE_META, T_CLASS_META, T_ENV_META, T_WEAK_META, PLACES };
void place(lua_State *L, int what); /* pushes one */
void rawgetp(lua_State *L, int at, const void *key);
void rawsetp(lua_State *L, int at, const void *key);

/* module.c */
extern lua_State *now; /* that has made the innermost call into C, or the main one */
extern bool closed;    /* the state ends: nothing of it is to be used */
enum { LATER_KEPT, LATER_REF };
void later(int what, uint64_t id); /* from any thread: something is to be dropped by Lua's */
void catch_up(lua_State *L);       /* drops it */

/* Errors: what fails pushes a message, or another error value, and returns -1. Nothing of C's is left by a jump. */
int fail(lua_State *L, const char *format, ...);

/* values.c */
typedef struct path { const struct path *up; const char *name; size_t index; } path; /* where in an argument: name, or [index] */
int get_value(lua_State *L, const somh_type *t, const void *p, bool nullable); /* pushes a value: 0, or a message: -1 */
int put_value(lua_State *L, const somh_type *t, int at, void *p, bool nullable, const path *where); /* p is all zero. -1: a message is pushed, and it holds nothing */
void push_type(lua_State *L, const somh_type *t); /* the table of a structure, union, enum or exception */
const somh_type *type_at(lua_State *L, int at);   /* of such a table; NULL: it is none */
const char *name_at(lua_State *L, int at);        /* of what is there, for errors */
void push_type_name(lua_State *L, const somh_type *t);
int push_whole(lua_State *L, int64_t v, bool is_unsigned);
bool word_at(lua_State *L, const somh_type *t, int at, uint64_t *w); /* a boolean or whole number, extended to a word; false: it is none, or not plainly */
int push_word(lua_State *L, const somh_type *t, uint64_t w);        /* of these types, and none of SOMH_VOID: how many */
extern const char type_key;

/* objects.c */
int wrap(lua_State *L, som_ref o, bool owned); /* pushes an object, or nil: 0, or a message: -1; o's reference is taken over if it is owned */
instance *instance_at(lua_State *L, int at); /* NULL: none is there */
void push_meta(lua_State *L, const somh_class *c); /* of the class's objects; nil: it was made in Lua, and is no more */
void begin_instance(som_ref self, som_env *ev, void *context); /* these two from any thread */
void end_instance(som_ref self, void *context);
void hold(instance *w);
void let_go(lua_State *L, instance *w, som_ref o);
bool is_there(instance *w); /* false: ref is NULL from now on */
bool is_out(lua_State *L, strike *s); /* in a finalizer */
void set_up_objects(lua_State *L);
bool descends(const somh_class *c, const somh_class *from);

/* calls.c */
enum { CALL_ANY, CALL_SIMPLE, CALL_WORDS, CALL_OPEN };
void push_call(lua_State *L, const somh_method *m, const somh_class *owner, int how); /* the function of a method, which was found in that class */
void call_functions(lua_State *L);

/* overrides.c */
void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result); /* from any thread */

/* Calls what is run for C, of one pointer: 0; -1: ev has why not. */
int call_back(lua_State *L, lua_CFunction f, void *argument, som_env *ev);

/* classes.c */
void class_functions(lua_State *L);

/* errors.c */
void push_env(lua_State *L, som_env *ev, const somh_method *m, som_ref o); /* pushes the error value, and clears ev. m, o: whose, or NULL */
void raise_to_env(lua_State *L, som_env *ev); /* pops an error value; ev may be NULL */
void set_up_errors(lua_State *L);

#endif
