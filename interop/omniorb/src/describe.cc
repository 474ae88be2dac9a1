#include "describe.h"

#include <omniORB4/dynAny.h>

#include <algorithm>
#include <vector>

namespace {
class Describer {
public:
  explicit Describer(CORBA::ORB_ptr orb) {
    CORBA::Object_var o = orb->resolve_initial_references("DynAnyFactory");
    factory_ = DynamicAny::DynAnyFactory::_narrow(o);
  }

  std::string text(CORBA::TypeCode_ptr t) {
    switch (t->kind()) {
      case CORBA::tk_null: return "null";
      case CORBA::tk_void: return "void";
      case CORBA::tk_short: return "short";
      case CORBA::tk_long: return "long";
      case CORBA::tk_ushort: return "ushort";
      case CORBA::tk_ulong: return "ulong";
      case CORBA::tk_float: return "float";
      case CORBA::tk_double: return "double";
      case CORBA::tk_boolean: return "boolean";
      case CORBA::tk_char: return "char";
      case CORBA::tk_octet: return "octet";
      case CORBA::tk_any: return "any";
      case CORBA::tk_TypeCode: return "TypeCode";
      case CORBA::tk_Principal: return "Principal";
      case CORBA::tk_longlong: return "longlong";
      case CORBA::tk_ulonglong: return "ulonglong";
      case CORBA::tk_longdouble: return "longdouble";
      case CORBA::tk_wchar: return "wchar";
      case CORBA::tk_string: return bounded("string", t->length());
      case CORBA::tk_wstring: return bounded("wstring", t->length());
      case CORBA::tk_fixed:
        return "fixed<" + std::to_string(t->fixed_digits()) + "," + std::to_string(t->fixed_scale()) + ">";
      case CORBA::tk_sequence: {
        const CORBA::ULong n = t->length();
        return "sequence<" + content(t) + (n ? "," + std::to_string(n) : "") + ">";
      }
      case CORBA::tk_array: return "array<" + content(t) + "," + std::to_string(t->length()) + ">";
      case CORBA::tk_alias: return "alias" + head(t) + content(t);
      case CORBA::tk_objref: return "objref" + head(t);
      case CORBA::tk_enum: {
        std::string s = "enum" + head(t) + "{";
        for (CORBA::ULong i = 0; i < t->member_count(); i++) s += (i ? ";" : "") + std::string(t->member_name(i));
        return s + "}";
      }
      case CORBA::tk_struct: return members("struct", t);
      case CORBA::tk_except: return members("exception", t);
      case CORBA::tk_union: return unions(t);
      default: return "kind " + std::to_string(t->kind());
    }
  }

private:
  static std::string bounded(const char* name, CORBA::ULong n) {
    return n ? std::string(name) + "<" + std::to_string(n) + ">" : name;
  }
  static std::string head(CORBA::TypeCode_ptr t, const char* more = "") {
    return "(" + std::string(t->id()) + "," + t->name() + more + ")";
  }
  std::string content(CORBA::TypeCode_ptr t) {
    CORBA::TypeCode_var c = t->content_type();
    return text(c);
  }
  // inside reports whether a type is being described already; otherwise it is, until done.
  bool inside(CORBA::TypeCode_ptr t) {
    if (std::find(open_.begin(), open_.end(), t->id()) != open_.end()) return true;
    open_.push_back(t->id());
    return false;
  }
  std::string members(const char* kind, CORBA::TypeCode_ptr t) {
    if (inside(t)) return "^" + std::string(t->id());
    std::string s = kind + head(t) + "{";
    for (CORBA::ULong i = 0; i < t->member_count(); i++) {
      CORBA::TypeCode_var m = t->member_type(i);
      s += (i ? ";" : "") + std::string(t->member_name(i)) + ":" + text(m);
    }
    open_.pop_back();
    return s + "}";
  }
  std::string unions(CORBA::TypeCode_ptr t) {
    if (inside(t)) return "^" + std::string(t->id());
    CORBA::TypeCode_var d = t->discriminator_type();
    std::string s = "union" + head(t, ("," + text(d)).c_str()) + "{";
    for (CORBA::ULong i = 0; i < t->member_count(); i++) {
      CORBA::TypeCode_var m = t->member_type(i);
      const bool other = static_cast<CORBA::Long>(i) == t->default_index();
      s += (i ? ";" : "") + (other ? std::string("default") : label(t, i)) + "=" + t->member_name(i) + ":" + text(m);
    }
    open_.pop_back();
    return s + "}";
  }
  std::string label(CORBA::TypeCode_ptr t, CORBA::ULong i) {
    CORBA::Any_var a = t->member_label(i);
    DynamicAny::DynAny_var v = factory_->create_dyn_any(a);
    CORBA::TypeCode_var type = v->type();
    while (type->kind() == CORBA::tk_alias) type = type->content_type();
    std::string s;
    switch (type->kind()) {
      case CORBA::tk_boolean: s = v->get_boolean() ? "1" : "0"; break;
      case CORBA::tk_char: s = std::to_string(static_cast<unsigned char>(v->get_char())); break;
      case CORBA::tk_short: s = std::to_string(v->get_short()); break;
      case CORBA::tk_ushort: s = std::to_string(v->get_ushort()); break;
      case CORBA::tk_long: s = std::to_string(v->get_long()); break;
      case CORBA::tk_ulong: s = std::to_string(v->get_ulong()); break;
      case CORBA::tk_longlong: s = std::to_string(v->get_longlong()); break;
      case CORBA::tk_ulonglong: s = std::to_string(v->get_ulonglong()); break;
      case CORBA::tk_enum: s = std::to_string(DynamicAny::DynEnum::_narrow(v)->get_as_ulong()); break;
      default: s = "label of " + text(type);
    }
    v->destroy();
    return s;
  }

  DynamicAny::DynAnyFactory_var factory_;
  std::vector<std::string> open_;
};
}  // namespace

std::string describe(CORBA::ORB_ptr orb, CORBA::TypeCode_ptr t) { return Describer(orb).text(t); }
