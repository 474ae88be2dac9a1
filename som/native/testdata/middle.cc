// middle.cc: the class library of Middle, in C++, whose methods call their parent's, in C, and throw what these raise; and a little more.
#include "raise.hpp"

#include <stdexcept>

class Middle : public som::impl<Middle, Raiser> {
public:
	void fail(std::int32_t how) { parent<Raiser>().fail(how); }
	std::int64_t speak(std::int64_t how)
	{
		if (how == 20) throw std::runtime_error("a plain error");
		if (how == 21) throw 7;
		try {
			return parent<Raiser>().speak(how);
		} catch (const Full &) {
			throw;
		}
	}
	std::string called(const std::string &by, std::int64_t how) { return parent<Raiser>().called(by, how); }
};

extern "C" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev);
extern "C" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev)
{
	return som::library(abi, ev, [] {
		som::define<Middle>("Middle", som::overrides<&Middle::fail>("fail"), som::overrides<&Middle::speak>("speak"), som::overrides<&Middle::called>("called"));
	});
}
