package suite;

import TY.*;
import org.omg.CORBA.Any;
import org.omg.CORBA.CompletionStatus;
import org.omg.CORBA.IntHolder;
import org.omg.CORBA.StringHolder;
import org.omg.CORBA.TypeCode;

/** TY::T, but for what not every IDL compiler has. */
abstract class TypesServant extends TPOA {
  private int counter;

  public String name() { return "impl"; }
  public synchronized int counter() { return counter; }
  public synchronized void counter(int v) { counter = v; }
  public String ident() { return "id-1"; }
  public Prim e_prim(Prim v) { return v; }
  public TY.Color e_col(TY.Color v) { return v; }
  public int[][] e_mat(int[][] v) { return v; }
  public String[] e_bstr(String[] v) { return v; }
  public char e_wc(char v) { return v; }
  public String e_ws(String v) { return v; }
  public U e_u(U v) { return v; }
  public UB e_ub(UB v) { return v; }
  public TY.Node e_node(TY.Node v) { return v; }

  public void io(int a, IntHolder b, StringHolder c) {
    b.value += a;
    c.value = "out";
  }

  public TY.Peer e_ref(TY.Peer v) { return v; }
  public org.omg.CORBA.Object e_obj(org.omg.CORBA.Object v) { return v; }
  public Any e_any(Any v) { return v; }
  public TypeCode e_tc(TypeCode v) { return v; }

  public void boom(int k) throws Oops, TY.Empty {
    if (k == 1) throw new Oops(42, "because");
    if (k == 2) throw new TY.Empty();
  }

  public void sys() { throw new org.omg.CORBA.NO_RESOURCES(5, CompletionStatus.COMPLETED_MAYBE); }
}
