/* Classes whose names are only known when the program runs. */
#include <pet.h>

int main(int argc, char **argv)
{
	Environment *ev = somGetGlobalEnvironment();
	SOMClassMgr *mgr = somEnvironmentNew();
	for (int i = 1; i < argc; i++) {
		somId id = somIdFromString(argv[i]);
		SOMClass *c = _somClassFromId(mgr, id);
		somPrintf("%s: there %d, ", argv[i], c != NULL);
		c = _somFindClass(mgr, id, 1, 2);
		if (!c) {
			somPrintf("not found\n");
			somExceptionFree(ev);
			continue;
		}
		Pet *pet = _somNew(c);
		somPrintf("says %s, version 1.4 will do %d, 2.0 %d\n", _talk(pet, ev), _somFindClass(mgr, id, 1, 4) != NULL, _somCheckVersion(c, 2, 0));
		somExceptionFree(ev);
		_somFree(pet);
		somPrintf("unloaded %ld, ", _somUnloadClassFile(mgr, c));
		somPrintf("there %d\n", _somClassFromId(mgr, id) != NULL);
	}
	return 0;
}
