/* The class Till, which adds up. */
#include "till.ih.h"

#include <somd.h>

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void Till_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Till_data(self)->sum = 0;
}

static int32_t Till_do_add(som_ref self, som_env *ev, int32_t n) {
	(void)ev;
	return Till_data(self)->sum += n;
}

/* Whether the call is carried out by the thread that main runs in. */
static uint8_t Till_do_in_main(som_ref self, som_env *ev, uint8_t really) {
	(void)self, (void)ev;
	return really && syscall(SYS_gettid) == getpid();
}

/* Makes a file, and returns when it is gone. */
static char *Till_do_hold(som_ref self, som_env *ev, const char *file) {
	FILE *f = fopen(file, "w");
	(void)self, (void)ev;
	if (!f) return som_string_copy("no file");
	fclose(f);
	while (access(file, F_OK) == 0) usleep(1000);
	return som_string_copy("held");
}

/* Who calls, and from where. */
static char *Till_do_who(som_ref self, som_env *ev) {
	char text[512] = "";
	const char *user, *host;
	som_ref who;
	SOMD_Init(ev);
	if (ev->major) return NULL;
	if ((who = BOA_get_principal(SOMD_SOMOAObject, ev, self, ev))) {
		user = Principal_get_userName(who, ev);
		host = Principal_get_hostName(who, ev);
		snprintf(text, sizeof text, "%s at %s", user ? user : "NULL", host ? host : "NULL");
		som_release(who);
	}
	SOMD_Uninit(NULL);
	return ev->major ? NULL : som_string_copy(text);
}

/* Raises by the adapter. */
static int32_t Till_do_fail(som_ref self, som_env *ev, const char *how) {
	const uint32_t system[] = {7, SOM_COMPLETED_NO};
	Till_Short is = {3, (char *)"coins"};
	(void)self;
	SOMD_Init(ev);
	if (ev->major) return 0;
	if (!strcmp(how, "system"))
		BOA_set_exception(SOMD_SOMOAObject, ev, SOM_SYSTEM_EXCEPTION, "::StExcep::NO_PERMISSION", system);
	else if (!strcmp(how, "no such"))
		BOA_set_exception(SOMD_SOMOAObject, ev, SOM_SYSTEM_EXCEPTION, "::StExcep::NOTHING", system);
	else
		BOA_set_exception(SOMD_SOMOAObject, ev, SOM_USER_EXCEPTION, "IDL:Till/Short:1.0", &is);
	if (!strcmp(how, "taken back")) BOA_set_exception(SOMD_SOMOAObject, ev, SOM_NO_EXCEPTION, NULL, NULL);
	SOMD_Uninit(NULL);
	return 42;
}

static int32_t Till_do_sent(som_ref self, som_env *ev, uint32_t id) {
	int32_t n = -1;
	ServiceContextList *all;
	(void)self;
	SOMD_Init(ev);
	if (ev->major) return 0;
	all = SOMOA_get_service_contexts(SOMD_SOMOAObject, ev);
	for (uint32_t i = 0; all && i < all->_length; i++)
		if (all->_buffer[i].context_id == id) n = (int32_t)all->_buffer[i].context_data._length;
	SOMD_FreeServiceContexts(all);
	SOMD_Uninit(NULL);
	return n;
}
