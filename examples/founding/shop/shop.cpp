// shop.cpp: the class library, in C++. It knows of no other language, and of no other process.
#include "shop.ih.hpp"

#include <cstdio>

namespace Shop {

class Tariff_impl : public Tariff_part<Tariff_impl> {
public:
	double price(std::int32_t pieces) {
		if (pieces > 100) throw SoldOut("there are 100 pieces");
		return pieces * 2.50;
	}
};
som::class_object Tariff_define() { return Tariff_impl::som_define(); }

class Till_impl : public Till_part<Till_impl> {
public:
	std::string receipt(const Tariff &by, const std::string &customer, std::int32_t pieces) {
		char line[80];
		std::snprintf(line, sizeof line, "%-6.20s%3d pieces %8.2f", customer.c_str(), pieces, by.price(pieces)); // whoever overrides it
		return line;
	}
};
som::class_object Till_define() { return Till_impl::som_define(); }

} // namespace Shop
