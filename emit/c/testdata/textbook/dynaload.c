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
			somPrintf(ev->_major ? "raised\n" : "not found\n");
			continue;
		}
		Pet *pet = _somNew(c);
		somPrintf("says %s, version 1.4 will do %d, 2.0 %d\n", _talk(pet, ev), _somFindClass(mgr, id, 1, 4) != NULL, _somCheckVersion(c, 2, 0));
		_somFree(pet);
		for (int n = 0; n < 3; n++) /* as often as one likes, and whatever comes of it */
			if (_somClassFromId(mgr, id) != c || somFindClass(id, 1, 2) != c || _somFindClass(mgr, id, 1, 3) != c) somPrintf("another class, ");
		pet = _somNew(c);
		somPrintf("unloaded while there is a pet %d, ", _somUnloadClassFile(mgr, c) == 0);
		_somFree(pet);
		somPrintf("unloaded %ld, ", _somUnloadClassFile(mgr, c));
		somPrintf("there %d\n", _somClassFromId(mgr, id) != NULL);
		c = _somFindClass(mgr, id, 1, 2);
		somPrintf("loaded again %d, unregistered %ld\n", c != NULL, _somUnregisterClass(mgr, c));
	}
	return 0;
}
