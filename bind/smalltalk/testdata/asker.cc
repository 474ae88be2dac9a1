// asker.cc: a class in C++ that calls what it is given.
#include "asker.ih.hpp"

#include <malloc.h>
#include <mutex>
#include <thread>

class Asker_impl : public Asker_part<Asker_impl> {
public:
	std::int64_t ask(const Zoo::Animal &who, std::int64_t n, std::int32_t times) {
		std::int64_t sum = 0;
		for (std::int32_t i = 0; i < times; i++) sum += who.speak(n);
		return sum;
	}
	Zoo::Animal friends(const Zoo::Animal &who, const Zoo::Animal &other) { return who.friend_of(other); }
	void hold(const Zoo::Animal &who) { kept = who; }
	std::int64_t held(std::int64_t n) { return kept ? kept.speak(n) : -1; }
	std::int64_t caught(const Zoo::Animal &who, std::int64_t n) {
		try {
			who.speak(n);
			return 0;
		} catch (const Zoo::TooLoud &e) {
			return e.volume == 0 && e.why.empty() ? 1 : -1;
		} catch (const Zoo::Asleep &) {
			return 2;
		} catch (const som::exception &) {
			return 3;
		}
	}
	std::string name_of(const Zoo::Animal &who) { return who.get_name(); }
	void ask_aside(const Zoo::Animal &who, std::int64_t n, std::int32_t times, std::int32_t threads) {
		for (std::int32_t i = 0; i < threads; i++)
			std::thread([self = this->self<Asker>(), this, who, n, times] {
				std::int64_t told = 0;
				std::string met;
				try {
					told = ask(who, n, times);
				} catch (const som::exception &e) {
					met = e.what();
				}
				std::lock_guard<std::mutex> held(lock);
				asked++;
				sum_ += told;
				if (!met.empty()) failed_ = met;
			}).detach();
	}
	std::int32_t all_asked() { std::lock_guard<std::mutex> held(lock); return asked; }
	std::int64_t sum() { std::lock_guard<std::mutex> held(lock); return sum_; }
	std::string failed() { std::lock_guard<std::mutex> held(lock); return failed_; }
	std::int64_t in_use() { return static_cast<std::int64_t>(mallinfo2().uordblks); }

private:
	Zoo::Animal kept;
	std::mutex lock;
	std::int32_t asked = 0;
	std::int64_t sum_ = 0;
	std::string failed_;
};
som::class_object Asker_define() { return Asker_impl::som_define(); }
