/* Methods without environments, and classes that override somInit. */
#include <beast.h>
#include <hound.h>

int main(void)
{
	char growl[] = "grr";
	somEnvironmentNew();
	Beast *beast = BeastNew();
	Hound *hound = HoundNew();
	_talk(beast);
	_setSound(beast, growl);
	_display(beast);
	_display(hound);
	_somDumpSelfInt(hound, 1);
	somPrintf("%d\n", _somIsA(hound, _Beast));
	_somFree(hound);
	_somFree(beast);
	return 0;
}
