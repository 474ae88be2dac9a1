/*
 * somd.h: DSOM for programs in C and C++: SOMD_Init, the objects that it makes, and somdCreate. docs/somd.md says how it is used.
 *
 * Nothing is linked but the kernel. The ORB is a library, libdsom-place.so, which is loaded when SOMD_Init is called first: from where the variable
 * DSOM_PLACE_LIBRARY says, or else where the system looks for libraries. In a server's process it is there already. A process in which another
 * library in Go is has no room for it: SOMD_Init then raises, and says so.
 *
 * Any thread may call any of this, at any time: a method of a class that a server serves begins with SOMD_Init and ends with SOMD_Uninit, and what
 * there is between them is there until its own SOMD_Uninit. The child of a process that has called SOMD_Init must not use DSOM after fork, but run a program.
 */
#ifndef SOMD_H
#define SOMD_H

#include <som_c.h>

#include <stdlib.h>
#include <string.h>

#include "implrep.h"
#include "omgestio.h"
#include "orb.h"
#include "principl.h"
#include "servmgr.h"
#include "somdcprx.h"
#include "somdom.h"
#include "somdproc.h"
#include "somdserv.h"
#include "somdtc.h"
#include "somoa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether execute_request_loop and execute_next_request wait for requests. */
enum { SOMD_WAIT = 0, SOMD_NO_WAIT = 1 };

/* Statuses (ORBStatus); 0 is success. */
enum {
	SOMDERROR_NotImplemented = 30002,
	SOMDERROR_UnexpectedNULL = 30003,
	SOMDERROR_NoMessages = 30019, /* no request waits */
	SOMDERROR_CouldNotStartProcess = 30041,
	SOMDERROR_NoServerClass = 30042,
	SOMDERROR_ImplNotFound = 30046,
	SOMDERROR_ClassNotFound = 30047,
	SOMDERROR_ServerNotFound = 30048, /* it does not run */
	SOMDERROR_ServerAlreadyExists = 30049,
	SOMDERROR_ServerNotActive = 30050,
	SOMDERROR_ObjectNotFound = 30052,
	SOMDERROR_AccessDenied = 30065,
	SOMDERROR_BadParm = 30066,
	SOMDERROR_UnknownError = 30071,
	SOMDERROR_NoSpace = 30072
};

/* What there is between SOMD_Init and SOMD_Uninit, of each program or library its own; NULL before and after. It is not released. */
SOM_PER_CLIENT som_ref SOMD_ORBObject;     /* an ORB */
SOM_PER_CLIENT som_ref SOMD_ImplRepObject; /* an ImplRepository */
SOM_PER_CLIENT som_ref SOMD_ObjectMgr;     /* a SOMDObjectMgr */
SOM_PER_CLIENT som_ref SOMD_SOMOAObject;   /* a SOMOA */
SOM_PER_CLIENT som_ref SOMD_ServerObject;  /* the SOMDServer; NULL in a program that is no server, and in a library until its server is up */
/* The same of one SOMD_Init, with the references. */
struct somd_objects {
	struct somd_objects *next;
	som_ref orb, implrep, manager, adapter, server;
};
SOM_PER_CLIENT struct somd_client {
	som_turn turn; /* of who changes any of this */
	som_ref process; /* set once it has begun: who only calls looks at it without the turn */
	unsigned inits, ending; /* and how many calls of SOMD_Uninit end them just now */
	unsigned ended; /* of these: they could not have the turn again, and whoever has it next counts them */
	struct somd_objects *now, *before; /* those of earlier calls of SOMD_Init, which calls that end may use */
} somd_client;

/* Loads the ORB, unless it is there. */
static inline int somd_load(som_env *ev) {
	som_class *there = som_class_registered("SOMDProcess", NULL);
	const char *file = getenv("DSOM_PLACE_LIBRARY");
	if (there) {
		som_release((som_ref)there);
		return SOM_OK;
	}
	return som_library_load(file && *file ? file : "libdsom-place.so", ev);
}

/* What others may look at meanwhile. */
static inline void somd_set(som_ref *to, som_ref o) {
#ifdef __GNUC__
	__atomic_store_n(to, o, __ATOMIC_RELEASE);
#else
	*to = o;
#endif
}

/* What the process has now; 0: it raises, and so much as there was is in s. */
static inline int somd_fetch(som_ref process, som_env *ev, struct somd_objects *s) {
	if (ev->major == SOM_NO_EXCEPTION) s->orb = SOMDProcess_global(process, ev, "ORB");
	if (ev->major == SOM_NO_EXCEPTION) s->implrep = SOMDProcess_global(process, ev, "ImplRepository");
	if (ev->major == SOM_NO_EXCEPTION) s->manager = SOMDProcess_global(process, ev, "SOMDObjectMgr");
	if (ev->major == SOM_NO_EXCEPTION) s->adapter = SOMDProcess_global(process, ev, "SOMOA");
	if (ev->major == SOM_NO_EXCEPTION) s->server = SOMDProcess_global(process, ev, "SOMDServer"); /* NULL: there is none by now */
	return ev->major == SOM_NO_EXCEPTION;
}

/* With the turn: these are there from now on, or none. What there was may be in use by calls that end. */
static inline void somd_show(struct somd_objects *s) {
	if (somd_client.now) somd_client.now->next = somd_client.before, somd_client.before = somd_client.now;
	somd_client.now = s;
	somd_set(&SOMD_ORBObject, s ? s->orb : NULL);
	somd_set(&SOMD_ImplRepObject, s ? s->implrep : NULL);
	somd_set(&SOMD_ObjectMgr, s ? s->manager : NULL);
	somd_set(&SOMD_SOMOAObject, s ? s->adapter : NULL);
	somd_set(&SOMD_ServerObject, s ? s->server : NULL);
}

static inline int somd_take(som_env *ev) {
	if (som_turn_take(&somd_client.turn, ev) != SOM_OK) return 0;
#ifdef __GNUC__
	somd_client.ending -= __atomic_exchange_n(&somd_client.ended, 0, __ATOMIC_RELAXED);
#else
	somd_client.ending -= somd_client.ended, somd_client.ended = 0;
#endif
	return 1;
}

static inline void somd_drop(struct somd_objects *s) {
	while (s) {
		struct somd_objects *next = s->next;
		som_release(s->orb), som_release(s->implrep), som_release(s->manager), som_release(s->adapter), som_release(s->server);
		som_deallocate(s);
		s = next;
	}
}

/* Gives the turn, and behind that gives back what no call can be using. */
static inline void somd_give(void) {
	struct somd_objects *gone = somd_client.ending ? NULL : somd_client.before;
	if (gone) somd_client.before = NULL;
	som_turn_give(&somd_client.turn);
	somd_drop(gone);
}

/* Begins to use DSOM; what raises has begun nothing. It may be called again, and SOMD_Uninit as often. The daemon is not asked for anything: where it is
 * say the variables DSOM_DAEMON, host:port, or SOMDPORT, a port of this machine, and without them it is at port 3053 of that. */
static inline void SOMD_Init(som_env *ev) {
	som_env own = {0, 0, 0, 0, NULL, NULL, NULL, NULL}, *to = ev ? ev : &own;
	som_ref process = NULL; /* that has begun, and is to be ended */
	struct somd_objects *made = NULL;
	if (!somd_take(to)) {
		if (!ev) som_env_clear(&own);
		return;
	}
	if (somd_client.inits) {
		if (!SOMD_ServerObject) {
			somd_client.now->server = SOMDProcess_global(somd_client.process, to, "SOMDServer");
			somd_set(&SOMD_ServerObject, somd_client.now->server);
		}
		if (to->major == SOM_NO_EXCEPTION) somd_client.inits++;
	} else {
		som_ref one = somd_client.process ? som_retain(somd_client.process) : somd_load(to) == SOM_OK ? SOMDProcess_new(to) : NULL;
		if (one && !(made = (struct somd_objects *)som_allocate(sizeof *made))) som_raise_system(to, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, "no memory for what SOMD_Init makes");
		if (made) {
			memset(made, 0, sizeof *made);
			SOMDProcess_begin(one, to);
			if (to->major == SOM_NO_EXCEPTION) process = one;
		}
		if (process && somd_fetch(process, to, made)) { /* anew also where a SOMD_Uninit waits for calls: what these use is no more when it has */
			somd_client.inits = 1;
			somd_show(made);
			made = NULL, process = NULL;
			if (!somd_client.process) somd_set(&somd_client.process, one), one = NULL;
		}
		if (one && one != process) som_release(one);
	}
	somd_give();
	if (process) SOMDProcess_end(process, NULL); /* without the turn, as SOMD_Uninit's */
	som_release(process);
	somd_drop(made);
	if (!ev) som_env_clear(&own);
}

/* Takes a SOMD_Init back. What calls use that a server still carries out stays until they have ended, and if SOMD_Init was called meanwhile, until that is taken back. */
static inline void SOMD_Uninit(som_env *ev) {
	if (!somd_take(ev)) return;
	unsigned were = somd_client.inits;
	som_ref process = were == 1 ? som_retain(somd_client.process) : NULL, last = NULL;
	if (were) somd_client.inits--;
	if (were == 1) somd_client.ending++;
	somd_give();
	if (!were) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "SOMD_Uninit is called more often than SOMD_Init");
	} else if (were == 1) {
		SOMDProcess_end(process, ev); /* without the turn: a server's last calls are carried out, and may begin again */
		som_release(process);
		if (!somd_take(NULL)) { /* what there is stays, until the next SOMD_Init has what is new */
#ifdef __GNUC__
			__atomic_add_fetch(&somd_client.ended, 1, __ATOMIC_RELAXED);
#else
			somd_client.ended++;
#endif
			return;
		}
		if (--somd_client.ending == 0 && somd_client.inits == 0) {
			somd_show(NULL);
			last = somd_client.process;
			somd_set(&somd_client.process, NULL);
		}
		somd_give();
		som_release(last);
	}
}

static inline int somd_begun(som_env *ev) {
#ifdef __GNUC__
	if (__atomic_load_n(&somd_client.process, __ATOMIC_ACQUIRE)) return 1;
#else
	if (somd_client.process) return 1;
#endif
	som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "SOMD_Init was not called yet");
	return 0;
}

/* An object of a class, made by a server that has it: the class's name, or a constraint on class and alias, the server's name, such as class=='Car' and
 * alias=='east'. Owned: the object ends when the proxy's last reference is released. init must be 1: objects are made initialised. */
static inline som_ref somdCreate(som_env *ev, const char *constraint, int init) {
	if (!somd_begun(ev)) return NULL;
	if (!init) {
		som_raise_system(ev, "IDL:omg.org/CORBA/NO_IMPLEMENT:1.0", 0, SOM_COMPLETED_NO, "somdCreate: objects elsewhere are made initialised; to initialise one by arguments have its factory make it (somdFactory)");
		return NULL;
	}
	return SOMDProcess_create(somd_client.process, ev, constraint);
}
/* What makes objects of a class at a server: of the class that the class's IDL names by factory=, or a SOMDFactory, which has somNew. Owned. */
static inline som_ref somdFactory(som_env *ev, const char *constraint) {
	return somd_begun(ev) ? SOMDProcess_factory(somd_client.process, ev, constraint) : NULL;
}
/* Who has sent the request that this thread carries out, in a method of an object of a server: owned. userName is the user's name for who calls over a socket of the machine, cert: and the
 * subject of the certificate for who has shown one by TLS, and empty for all others, whatever they say of themselves; a server that is registered as secure has none of these. hostName is where the
 * client is. The object and the environment are not looked at. BAD_INV_ORDER outside of a request. */
static inline som_ref BOA_get_principal(som_ref self, som_env *ev, som_ref obj, const som_env *req_ev) {
	(void)self, (void)obj, (void)req_ev;
	return somd_begun(ev) ? SOMDProcess_principal(somd_client.process, ev) : NULL;
}
/* Has the request that this thread carries out raise an exception when its method has returned, unless that raises by its ev: USER_EXCEPTION with the members, or NULL, which stay the
 * caller's, SYSTEM_EXCEPTION with a StExcep, or NULL, and an id as IDL:omg.org/CORBA/NO_PERMISSION:1.0 or ::StExcep::NO_PERMISSION; NO_EXCEPTION takes it back. A client gets a user exception that the method
 * declares. */
static inline void BOA_set_exception(som_ref self, som_env *ev, uint32_t major, const char *userid, const void *param) {
	const uint32_t *system = major == SOM_SYSTEM_EXCEPTION ? (const uint32_t *)param : NULL; /* minor code and completion */
	(void)self;
	if (somd_begun(ev))
		SOMDProcess_set_exception(somd_client.process, ev, major, userid ? userid : "", system ? system[0] : 0, system ? system[1] : (uint32_t)SOM_COMPLETED_YES, major == SOM_USER_EXCEPTION ? (uintptr_t)param : 0);
}
/* Whether the daemon takes calls, now or within so many seconds. */
static inline int somdDaemonReady(som_env *ev, uint32_t seconds) {
	return somd_begun(ev) && SOMDProcess_daemon_ready(somd_client.process, ev, seconds);
}
/* The class of proxies for objects of a class, Name__Proxy, which is made if there is none yet. Owned. The versions are the least that will do, 0 for any. */
static inline som_class *somdCreateDynProxyClass(som_env *ev, const char *name, int32_t major, int32_t minor) {
	char *proxies;
	som_class *target, *made = NULL;
	if (!somd_begun(ev) || !(target = som_class_named(name, ev))) return NULL;
	const som_class_info *is = som_class_describe(target);
	if (major && ((int32_t)is->major != major || (int32_t)is->minor < minor)) {
		som_raise_system(ev, "IDL:omg.org/CORBA/BAD_PARAM:1.0", 0, SOM_COMPLETED_NO, "somdCreateDynProxyClass: the class has another version");
		som_release((som_ref)target);
		return NULL;
	}
	som_release((som_ref)target);
	proxies = SOMDProcess_proxy_class(somd_client.process, ev, name);
	if (proxies && (!ev || ev->major == SOM_NO_EXCEPTION)) made = som_class_named(proxies, ev);
	som_deallocate(proxies);
	return made;
}
/* In SOM 2.x this has an event manager wait for requests, too. Here threads of the ORB carry them out, whatever the program does: func is never called. */
typedef void somd_event_proc(void *event, void *data);
static inline void SOMD_RegisterCallback(som_ref manager, somd_event_proc *func) { (void)manager, (void)func; }
static inline void somdExceptionFree(som_env *ev) { som_env_clear(ev); }

#ifdef __cplusplus
}
#endif

#include "somdii.h"

#endif
