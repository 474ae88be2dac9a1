/* A client of the module Mill. In the order of its arguments it makes a Lathe, a Grinder or a Saw, by their first letters, and says where it is;
 * "T" has as many threads as there are letters behind it make one each at the same moment; what holds a quote is a constraint for somdCreate. */
#include "mill.h"
#include <somd.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void one(char letter, char *to, size_t size) {
	som_env ev = {0};
	som_ref o = letter == 'L' ? Mill_Lathe_new(&ev) : letter == 'G' ? Mill_Grinder_new(&ev) : Mill_Saw_new(&ev);
	int32_t at = !o ? 0 : letter == 'S' ? Mill_Saw_process(o, &ev) : Mill_Lathe_process(o, &ev);
	int32_t twice = o && letter == 'G' && ev.major == SOM_NO_EXCEPTION ? Mill_Grinder_grind(o, &ev, 4) : 8;
	snprintf(to, size, "%c: %s", letter, ev.major != SOM_NO_EXCEPTION ? ev.text ? ev.text : ev.id : twice != 8 ? "wrong" : at == getpid() ? "here" : "elsewhere");
	som_env_clear(&ev);
	som_release(o);
}

static pthread_barrier_t all;
typedef struct job { char letter, says[1024]; } job;
static void *work(void *arg) {
	job *j = arg;
	pthread_barrier_wait(&all);
	one(j->letter, j->says, sizeof j->says);
	return NULL;
}

static void threads(const char *letters) {
	enum { MOST = 64 };
	static job jobs[MOST];
	pthread_t t[MOST];
	unsigned n = (unsigned)strlen(letters);
	if (n > MOST) return;
	pthread_barrier_init(&all, NULL, n);
	for (unsigned i = 0; i < n; i++)
		jobs[i].letter = letters[i], pthread_create(&t[i], NULL, work, &jobs[i]);
	for (unsigned i = 0; i < n; i++)
		pthread_join(t[i], NULL), puts(jobs[i].says);
}

static void raised(const char *what, som_env *ev) {
	if (ev->major != SOM_NO_EXCEPTION) printf("%s: %s %s\n", what, ev->id, ev->text ? ev->text : "");
	som_env_clear(ev);
}

/* An object of a server is given one of this process, or none. */
static void remote(const char *constraint) {
	som_env ev = {0};
	som_ref o = somdCreate(&ev, constraint, 1), local, mine = NULL, back;
	raised("somdCreate", &ev);
	if (!o) return;
	local = Mill_Lathe_new(&ev);
	raised("a Lathe of this process", &ev);
	back = Mill_Lathe_other(o, &ev, local, &mine);
	printf("given %s, mine %s\n", back && back == local ? "comes back" : "is another", mine ? Mill_Lathe_process(mine, &ev) != getpid() ? "elsewhere" : "here" : "none");
	raised("other", &ev);
	som_release(back);
	som_release(mine);
	som_release(local);
	som_release(o);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	for (int i = 1; i < argc; i++) {
		char says[1024];
		if (strchr(argv[i], '\'')) {
			SOMD_Init(&ev);
			raised("SOMD_Init", &ev);
			remote(argv[i]);
		} else if (argv[i][0] == 'T')
			threads(argv[i] + 1);
		else
			one(argv[i][0], says, sizeof says), puts(says);
	}
	return 0;
}
