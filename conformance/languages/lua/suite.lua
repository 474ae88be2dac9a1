-- The rows of conformance/languages in Lua, 5.4 and LuaJIT. suite.lua ROW…  prints, for each, row<TAB>ok or row<TAB>cannot<TAB>why.

local dsom = require "dsom"

local Suite = {}
for name in ("Thing Titled Holder Member Types Caller Journal Colour Point Person Tree Branch Part Twig Shape Refused Plain"):gmatch "%a+" do Suite[name] = dsom.load("Suite::" .. name) end
local Thing, Titled, Holder, Types, Caller, Point, Person, Tree, Shape, Refused, Plain =
  Suite.Thing, Suite.Titled, Suite.Holder, Suite.Types, Suite.Caller, Suite.Point, Suite.Person, Suite.Tree, Suite.Shape, Suite.Refused, Suite.Plain
local journal, caller, types = Suite.Journal(), Caller(), Types()
local jit = rawget(_G, "jit")
local unpack = table.unpack or unpack
local rows = {}

-- LuaJIT marks what is in a dead slot of a frame below, and a compiled loop does not write its own slots:
-- without this the last objects of a row may be alive.
local function clear_slots()
  local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
  local q, r, s, t, u, v, w, x, y, z
end

local function collect()
  clear_slots()
  for _ = 1, 6 do collectgarbage() end
  dsom.catch_up()
end
if jit then
  jit.off(clear_slots)
  jit.off(collect)
end

local function cannot(why) error({ cannot = tostring(why) }, 0) end

-- f must raise an error of Lua's, and then the journal has it.
local function refused(f, ...)
  if pcall(f, ...) then error "it is accepted" end
  journal:note "refused"
end

local function yes(condition) journal:note(condition and "yes" or "no") end

-- What most rows subclass: speak is 100 more than the parent's.
local Loud = Thing:extend "Loud"
function Loud:speak(n) return Loud.super.speak(self, n) + 100 end

local Raising = Thing:extend "Raising"
function Raising:speak() error(self.what, 0) end

local SOMEBODY = Person("Grüß", "green", true, Point(-1, 2147483647), { "sit", "", "😀!" }, "€ 😀")

-- Types: what comes back is handed over again, so that the log has both.

local function twice(name, ...)
  for _, v in ipairs { ... } do types[name](types, (types[name](types, v))) end
end

rows["types/boolean"] = function() twice("turn_boolean", true) end
rows["types/octet"] = function() twice("turn_octet", 0, 127) end
rows["types/char"] = function() twice("turn_char", "a", "\255") end
rows["types/wchar"] = function() twice("turn_wchar", "€", "\239\191\191") end
rows["types/short"] = function()
  twice("turn_short", 32767, 0)
  twice("turn_ushort", 65535)
end
rows["types/long"] = function()
  twice("turn_long", 2147483647, 0)
  twice("turn_ulong", 4294967295)
end
rows["types/long-long"] = function()
  local most, odd, all
  if jit then
    most, odd, all = loadstring "return 0x7fffffffffffffffLL, 0x20000000000001LL, 0xffffffffffffffffULL"() -- which 5.4 cannot read
  else
    most, odd, all = math.maxinteger, math.tointeger(2 ^ 53) + 1, -1
  end
  twice("turn_longlong", most, odd)
  twice("turn_ulonglong", all)
end
rows["types/float"] = function() twice("turn_float", 0, 3.4028234663852886e38, 1.401298464324817e-45, 0.5) end
rows["types/double"] = function() twice("turn_double", 0, 1.7976931348623157e308, 5e-324, 0.1, math.huge, 0 / 0) end
rows["types/enum"] = function() twice("turn_colour", "red", "blue") end
rows["types/octets"] = function()
  local all = {}
  for i = 0, 255 do all[i + 1] = string.char(i) end
  twice("turn_octets", "", table.concat(all), "\0\255")
end
rows["types/sequence"] = function()
  local many = {}
  for i = 1, 100000 do many[i] = i - 1 end
  twice("turn_booleans", { true, false, false })
  twice("turn_longs", {}, { 1, -2, 3 }, many)
  twice("turn_doubles", { 0.5, -1 })
  twice("turn_strings", { "a", "", "ü" })
end
rows["types/array"] = function()
  twice("turn_grid", { { 1, 2, 3 }, { 4, 5, 6 } })
  twice("turn_pair", { "a", "€" })
end
rows["types/structure"] = function() twice("turn_point", Point(1, -1)) end
rows["types/nested"] = function()
  twice("turn_person", SOMEBODY)
  twice("turn_people", {}, { SOMEBODY, Person("", "red", false, Point(0, 0), {}, "") })
end
rows["types/recursive"] = function() twice("turn_tree", Tree(1, { Tree(2, {}), Tree(3, { Tree(4, {}) }) })) end
rows["types/circle"] = function()
  local Branch, Part, Twig = Suite.Branch, Suite.Part, Suite.Twig
  local x = Branch("x", Part("red", 1), {})
  twice("turn_branch", Branch("ab", Part("green", { x, Branch("yz", Part("blue"), {}) }), { Twig({ grown = { x } }), Twig({ grown = {} }) }), x)
end
rows["types/union"] = function() types:turn_shape(types:turn_shape(types:turn_shape(types:turn_shape(Shape("red", -17))))) end
rows["types/object"] = function() twice("turn_thing", Thing()) end
rows["types/objects"] = function()
  local a, b = Thing(), Holder()
  twice("turn_things", { a, b, a })
  types:turn_things {}
end

rows["strings/string"] = function() twice("turn_string", "", "plain", "Grüße €", "😀 x", "e\204\129\t\"\\\n") end
rows["strings/wstring"] = function() twice("turn_wstring", "", "plain", "Grüße €", "😀 x", ("€"):rep(100000)) end
rows["strings/long"] = function()
  twice("turn_string", ("ab"):rep(500000))
  types:turn_string(caller:text_of(1000000))
end
rows["strings/zero"] = function() refused(types.turn_string, types, "a\0b") end
rows["strings/wide-zero"] = function() refused(types.turn_wstring, types, "a\0b") end
rows["strings/no-utf8"] = function() twice("turn_string", caller:odd_text()) end

rows["parameters/out"] = function()
  local q, rest = types:divide(17, 5)
  types:divide(rest, q)
  local o, n, d, b, c = types:give_basic()
  types:turn_octet(o)
  types:turn_longlong(n)
  types:turn_double(d)
  types:turn_boolean(b)
  types:turn_colour(c)
  local s, w = types:give_text()
  types:turn_string(s)
  types:turn_wstring(w)
end
rows["parameters/out-constructed"] = function()
  local p, n, who = types:give_constructed()
  types:turn_point(p)
  types:turn_longs(n)
  types:turn_person(who)
  local a, more = types:give_things()
  types:turn_thing(a)
  types:turn_things(more)
end
rows["parameters/inout"] = function()
  types:swap_basic(types:swap_basic(-1, 0.25, "green"))
  types:swap_text(types:swap_text("ab€", "😀 x"))
end
rows["parameters/inout-constructed"] = function()
  types:swap_constructed(types:swap_constructed(Point(1, 2), { 1, 2 }, SOMEBODY))
  local a, b = Thing(), Thing()
  types:turn_thing(a)
  types:swap_things(types:swap_things(a, b))
end

rows["null/allowed"] = function()
  local a = Thing()
  journal:note(types:maybe(a) == nil and "nothing" or "something")
  journal:note(types:maybe(nil) == a and "the same" or "another")
  journal:note(types:maybe(nil) == nil and "nothing" or "something")
end
rows["null/refused"] = function()
  refused(types.turn_thing, types, nil)
  refused(types.turn_string, types, nil)
  refused(types.turn_long, types, nil)
  refused(types.turn_things, types, { dsom.null })
end

rows["ownership/in"] = function()
  local a = Thing()
  for _ = 1, 3 do types:turn_thing(a) end
  journal:living()
  a = nil
  collect()
  journal:living()
end
rows["ownership/result"] = function()
  local many, made = caller:many(1000), caller:made "made"
  journal:living()
  many, made = nil, nil
  collect()
  journal:living()
end
rows["ownership/out"] = function()
  local a, more = types:give_things()
  a = nil
  collect()
  journal:living()
  more = nil
  collect()
  journal:living()
end
rows["ownership/taken"] = function()
  local a = Thing()
  caller:take("given away", a)
  a = nil
  collect()
  journal:living()
  types:turn_string(caller:lent_text())
  caller:take("", Thing())
  collect()
  journal:living()
end
rows["ownership/lent"] = function()
  for _ = 1, 100 do assert(caller:lent_thing().label == "lent") end
  collect()
  journal:note(caller:lent_thing().label)
end
rows["ownership/memory"] = function()
  local Own = Types:extend "Own"
  function Own:swap_text(s, w) return w, s end
  function Own:turn_person(v) return v end
  function Own:turn_things(v) return { Thing(), unpack(v) } end
  local own, titled = Own(), Titled()
  local function work()
    for _ = 1, 200 do
      caller:text_of(20000)
      titled:title(("x"):rep(20000))
      caller:many(20)
    end
    caller:ask_often(own, 2000)
    collect()
  end
  work()
  work()
  journal:memory()
  work()
  work()
  journal:memory()
end

-- Calls f, and hands an exception of a type to how.
local function catch(what, how, f, ...)
  local good, e = pcall(f, ...)
  if good then return end
  if not dsom.is(e, what) then error(e, 0) end
  how(e)
end

local function caught_refused(e) journal:caught_refused(e.code, e.why) end
local function caught_plain() journal:caught_plain() end

rows["exceptions/user"] = function()
  local t = Thing:labelled("Rex", 1)
  catch(Refused, caught_refused, t.speak, t, 1007)
  catch(Plain, caught_plain, t.speak, t, -1)
end
rows["exceptions/system"] = function()
  for _, c in ipairs { { "BAD_PARAM", 7 }, { "NO_PERMISSION", 4294967295 }, { "NO_MEMORY", 0 } } do
    catch(dsom.SystemException, function(e) journal:caught_system(e.name, e.minor) end, caller.raise_system, caller, unpack(c))
  end
end
rows["exceptions/cxx"] = function()
  local t = Thing()
  local _, e = pcall(t.speak, t, 999)
  journal:note(tostring(e):find "an error of C%+%+" and "an error of C++" or tostring(e))
  _, e = pcall(t.speak, t, 998)
  journal:note(e.name == "NO_MEMORY" and "no memory" or tostring(e))
  _, e = pcall(t.speak, t, 997)
  journal:note(e.name == "UNKNOWN" and "unknown" or tostring(e))
  journal:note(tostring(t:speak(1)))
end
rows["exceptions/raised"] = function()
  local o = Raising()
  for _, what in ipairs { Refused(-5, "why not €"), Plain(), dsom.system("BAD_PARAM", { minor = 9, text = "mine" }) } do
    o.what = what
    caller:catch_it(o, 1)
  end
end
rows["exceptions/own"] = function()
  local o = Raising()
  o.what = "mine"
  caller:catch_it(o, 1)
  if not pcall(caller.ask, caller, o, 1, 1) then journal:note "caught" end
end
rows["exceptions/own-again"] = function()
  local o = Raising()
  o.what = setmetatable({}, { __tostring = function() return "mine" end })
  local _, e = pcall(caller.ask, caller, o, 1, 1)
  if getmetatable(e) == dsom.UserException then cannot("UserException: " .. e.id) end
  journal:note(rawequal(e, o.what) and "the same" or "another")
end
rows["exceptions/through"] = function()
  local Passing = Thing:extend "Passing"
  function Passing:speak(n) return Passing.super.speak(self, n) end
  local o = Passing:labelled("Ida", 2)
  caller:catch_it(o, 1003)
  catch(Refused, caught_refused, caller.ask, caller, o, 1004, 1)
  catch(Plain, caught_plain, caller.ask, caller, o, -4, 1)
end
rows["exceptions/initializer"] = function()
  catch(Refused, caught_refused, Thing.labelled, Thing, "", 1)
  collect()
  journal:living()
end

rows["callbacks/override"] = function()
  caller:ask(Loud(), 3, 1000)
  caller:ask(Thing(), 3, 1000)
end

-- Every method is overridden, by one that passes on what it gets, and what comes back.
local turning = Types:extend "Turning"
for name in ([[turn_boolean turn_octet turn_char turn_wchar turn_short turn_ushort turn_long turn_ulong turn_longlong turn_ulonglong turn_float turn_double turn_colour turn_octets
    turn_booleans turn_longs turn_doubles turn_strings turn_grid turn_pair turn_point turn_person turn_people turn_tree turn_shape turn_thing turn_things turn_string turn_wstring maybe divide
    give_basic give_text give_constructed give_things swap_basic swap_text swap_constructed swap_things]]):gmatch "[%a_]+" do
  turning[name] = function(self, ...) return turning.super[name](self, ...) end
end
for _, what in ipairs { "basic", "text", "constructed", "object", "objects", "out", "inout" } do
  rows["callbacks/" .. what] = function() caller:ask_types(turning(), ({ object = "thing", objects = "things" })[what] or what) end
end

rows["callbacks/nested"] = function()
  local Deep = Thing:extend "Deep"
  function Deep:speak(n) return n == 0 and Deep.super.speak(self, 1) or caller:ask(self, n - 1, 1) + 1 end
  caller:ask(Deep(), 12, 1)
end
rows["callbacks/wrong-result"] = function()
  local Wrong = Thing:extend "Wrong"
  function Wrong:speak(n) return ({ "no number", nil, 2 ^ 63, 4 })[n] end
  local o = Wrong()
  for n = 1, 4 do caller:catch_any(o, n) end
end

rows["subclass/super"] = function()
  local Louder = Loud:extend "Louder"
  function Louder:speak(n) return Louder.super.speak(self, n) * 10 end
  journal:note(tostring(Loud():speak(3)))
  caller:ask(Louder(), 3, 1)
end
rows["subclass/state"] = function()
  local Counting = Thing:extend "Counting"
  function Counting:init() self.calls = 0 end
  function Counting:speak(n)
    self.calls = self.calls + n
    return self.calls
  end
  caller:keep(Counting())
  collect()
  for n = 1, 3 do
    caller:ask_kept(n)
    collect()
  end
  journal:note(tostring(caller:kept().calls))
  caller:keep(nil)
end
rows["subclass/attributes"] = function()
  local Marked = Thing:extend "Marked"
  function Marked:_get_label() return "<" .. Marked.super._get_label(self) .. ">" end
  function Marked:_set_label(v) Marked.super._set_label(self, v .. "!") end
  function Marked:_get_legs() return 3 end
  caller:use_attributes(Marked())
  caller:use_attributes(Loud())
end
rows["subclass/two-parents"] = function()
  local Both = Thing:extend("Both", Titled)
  function Both:title(word) return Titled.title(self, word) .. "!" end
  function Both:speak(n) return Thing.speak(self, n) + 1 end
  local o = Both()
  caller:title_of(o, "great")
  caller:ask(o, 1, 1)
  caller:look_at(o)
end
rows["subclass/made-by-cxx"] = function()
  local o = caller:made_of(Loud.som_name)
  yes(getmetatable(o) == Loud)
  caller:ask(o, 1, 1)
end
rows["subclass/of-holder"] = function()
  local Box = Holder:extend "Box"
  function Box:speak(n) return self.held:speak(n) + 1 end
  local o = Box()
  o.held = Loud()
  caller:ask(o, 1, 1)
  caller:look_at(o)
end
local Middle = Thing:extend "Middle" -- a class that C++ subclasses lasts
function Middle:speak(n) return Middle.super.speak(self, n) + 1000 end
rows["subclass/below-in-cxx"] = function()
  caller:define_below(Middle.som_name)
  caller:ask(caller:made_of "Below", 1, 1)
  local Lowest = dsom.load("Below"):extend "Lowest"
  function Lowest:speak(n) return Lowest.super.speak(self, n) + 10000 end
  caller:ask(Lowest(), 1, 1)
end

rows["class/attributes"] = function()
  local t = Thing()
  t.label, t.weight = "Rex €", -2147483648
  types:turn_string(t.label)
  types:turn_long(t.weight)
  types:turn_long(t.legs)
end
rows["class/readonly"] = function() refused(function() Thing().legs = 3 end) end
rows["class/initializer"] = function()
  local t = Thing:labelled("by initializer", 12)
  types:turn_string(t.label)
  types:turn_long(t.weight)
  t = Loud:labelled("below", 13)
  types:turn_string(t.label)
  types:turn_long(t.weight)
  caller:ask(t, 1, 1)
end
rows["class/procedure"] = function()
  local t = Thing()
  types:turn_long(t:total(41))
end
rows["class/metaclass"] = function()
  local a, b, c = Suite.Member(), Suite.Member(), Suite.Member()
  c:somGetClass():members()
end
rows["class/information"] = function()
  journal:note(Thing.som_name)
  journal:note(("%d.%d"):format(Thing.som_version.major, Thing.som_version.minor))
end

rows["identity/same"] = function()
  local a, b = Loud(), Thing()
  yes(rawequal(a:itself(), a))
  caller:keep(a)
  yes(rawequal(caller:kept(), a))
  caller:keep(nil)
  yes(rawequal(b:itself(), b))
  yes(a == b)
end
rows["identity/class"] = function()
  local h = Holder()
  h.held = Holder()
  yes(getmetatable(h.held) == Holder and dsom.is(h.held, Thing))
  h.held = Loud()
  yes(getmetatable(h.held) == Loud)
  caller:look_at(h)
end

rows["lifetime/dropped"] = function()
  for _ = 1, 1000 do local _, _ = Thing(), Loud() end
  collect()
  journal:living()
end
rows["lifetime/kept"] = function()
  caller:keep(Loud())
  collect()
  journal:living()
  caller:ask_kept(1)
  caller:keep(nil)
  collect()
  journal:living()
end
rows["lifetime/weak"] = function()
  local o = Loud()
  local w = dsom.weak(o)
  caller:watch(o)
  journal:note(rawequal(w(), o) and "there" or "gone")
  caller:watched()
  o = nil
  collect()
  journal:note(w() and "there" or "gone")
  caller:watched()
end
rows["lifetime/cycle"] = function()
  for _ = 1, 100 do
    local a, b = Loud(), Loud()
    a.other, b.other = b, a
  end
  collect()
  journal:living()
end
rows["lifetime/cycle-through-cxx"] = function()
  local Owner = Thing:extend "Owner"
  local weak = {}
  for i = 1, 100 do
    local a = Owner()
    a.holder = Holder()
    a.holder.held = a
    weak[i] = dsom.weak(a)
  end
  collect()
  journal:living()
  for _, w in ipairs(weak) do w().holder.held = nil end -- it has to be broken
  collect()
  journal:living()
end
rows["lifetime/released"] = function()
  local t = Thing()
  t:som_release()
  journal:living()
  refused(t.speak, t, 1)
  refused(types.turn_thing, types, t)
  t:som_release()
end

rows["threads/foreign"] = function()
  local Threaded = Thing:extend "Threaded"
  function Threaded:speak(n) return Threaded.super.speak(self, n) end
  caller:begin_threads(Threaded(), 4, 50)
  while not caller:ended() do dsom.serve() end
end
dsom.waits(Caller, "wait_for_threads")
rows["threads/waiting"] = function() caller:wait_for_threads(Loud(), 4, 50) end
rows["threads/raising"] = function()
  local Odd = Thing:extend "Odd"
  function Odd:speak() error "odd" end
  caller:wait_for_threads(Odd(), 2, 20)
end
rows["threads/own"] = function()
  local good, e = pcall(function() return Thread(function() return Loud():speak(1) end) end)
  if not good then cannot(e) end
end

-- A class of here below one that is another language's.
local function chain(middle)
  local Below = dsom.load(middle):extend "ChainBelow"
  function Below:speak(n) return Below.super.speak(self, n) + 100000 end
  local o = Below()
  o.label = "chain"
  caller:ask(o, 1, 1)
  caller:ask(o, 1, 1)
  caller:catch_it(o, 1007)
  catch(Refused, caught_refused, caller.ask, caller, o, 1008, 1)
  caller:catch_any(o, 77)
  caller:keep(o)
  o = nil
  collect()
  caller:ask_kept(1)
  caller:keep(nil)
  collect()
  journal:living()
end

-- Has the interpreter of Python in this process run a file.
local function python(file) dsom.load "Embed::Python"():run(("exec(open('%s').read())"):format(file)) end

rows["chain/python"] = function()
  python "chain/middle.py"
  chain "PythonMiddle"
end
rows["chain/go"] = function() chain "GoMiddle" end
rows["chain/python-go"] = function()
  python "chain/below_go.py"
  local Fourth = dsom.load("PythonAndGo"):extend "Fourth"
  function Fourth:speak(n) return Fourth.super.speak(self, n) + 1100000 end
  caller:ask(Fourth(), 1, 1)
end

rows["chain/lua"] = function()
  dofile "chain/middle.lua"
  chain "LuaMiddle"
end
-- Has the interpreter of Tcl in this process run a file.
local function tcl(file) dsom.load "Embed::Tcl"():run("source " .. file) end
rows["chain/tcl"] = function()
  tcl "chain/middle.tcl"
  chain "TclMiddle"
end
rows["chain/lua-tcl"] = function()
  dofile "chain/middle.lua"
  tcl "chain/below_lua.tcl"
  local Fourth = dsom.load("LuaAndTcl"):extend "Fourth"
  function Fourth:speak(n) return Fourth.super.speak(self, n) + 1100000 end
  caller:ask(Fourth(), 1, 1)
end

rows["wrong/count"] = function()
  refused(types.turn_long, types)
  refused(types.turn_long, types, 1, 2)
  refused(types.divide, types, 1)
end
rows["wrong/type"] = function()
  refused(types.turn_long, types, "1")
  refused(types.turn_string, types, 1)
  refused(types.turn_boolean, types, "true")
  refused(types.turn_thing, types, "thing")
  refused(types.turn_thing, types, types)
  refused(types.turn_longs, types, 5)
end
rows["wrong/range"] = function()
  refused(types.turn_octet, types, 256)
  refused(types.turn_octet, types, -1)
  refused(types.turn_short, types, 32768)
  refused(types.turn_ulong, types, -1)
  refused(types.turn_longlong, types, 2 ^ 63)
  refused(types.turn_ulonglong, types, 2 ^ 64)
  refused(types.turn_float, types, 1e300)
  refused(types.turn_char, types, "€")
  refused(types.turn_colour, types, 7)
end
rows["wrong/element"] = function()
  refused(types.turn_longs, types, { 1, "2" })
  refused(types.turn_grid, types, { { 1, 2 }, { 3, 4 } })
  refused(types.turn_person, types, Person(1, "red", false, Point(0, 0), {}, ""))
  refused(types.turn_point, types, Point(2 ^ 40, 0))
end
rows["wrong/method"] = function() refused(function() Thing():fly() end) end
rows["wrong/class"] = function()
  for _, name in ipairs { "Suite::Unicorn", "Nowhere::Unicorn", "no name" } do refused(dsom.load, name) end
end
rows["wrong/major-version"] = function()
  local good, e = pcall(dsom.load, "Dependent")
  if good then error "it is accepted" end
  journal:note(tostring(e):find("class Relay is version 2.0", 1, true) and "version" or tostring(e))
end

rows["release/next"] = function()
  local Own = dsom.load("Relay"):extend "OwnRelay"
  function Own:speak(n) return Own.super.speak(self, n) + 1 end
  local o = Own()
  o.label = "kept"
  o:call(3)
  types:turn_string(o.label)
end

rows["release/replaced"] = function()
  local Own = dsom.load("Relay"):extend "OwnRelay"
  function Own:speak(n) return Own.super.speak(self, n) + 1 end
  local o = Own()
  o:call(3)
  journal:replace()
  o:call(4)
  Own():call(5)
end

rows["end/alive"] = function()
  kept = { Thing(), Loud(), Holder() }
  kept[3].held = Loud()
  caller:keep(Loud())
  kept[2].me = kept
  journal:living()
end

for _, name in ipairs(arg) do
  collect()
  journal:row(name)
  local good, e = pcall(rows[name])
  local answer = good and "ok" or type(e) == "table" and rawget(e, "cannot") and "cannot\t" .. e.cannot or "failed\t" .. tostring(e)
  io.write(name, "\t", (answer:gsub("\n", " ")), "\n")
  io.flush()
end
