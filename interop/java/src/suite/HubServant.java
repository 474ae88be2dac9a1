package suite;

import Interop.*;
import Interop.Refs.*;
import Interop.Shapes.*;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.omg.CORBA.ORB;
import org.omg.CORBA.Policy;
import org.omg.CORBA.UserException;
import org.omg.PortableServer.IdAssignmentPolicyValue;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.Servant;

/** The Hub, and all that it leads to. */
final class HubServant extends HubPOA {
  private static final List<String> FOUND = Arrays.asList("types", "graphs", "fixed", "custom");

  private final POA poa;
  private final Map<String, org.omg.CORBA.Object> parts = new HashMap<>();

  HubServant(ORB orb, POA poa) throws UserException {
    this.poa = poa;
    Graphs.Values.know(orb);
    ObjectServants.TalkerServant talker = new ObjectServants.TalkerServant();
    part("basics", new ValueServants.Basic());
    part("wide", new ValueServants.Broad());
    part("built", Peer.built());
    part("anys", new ValueServants.Typed(orb));
    part("params", new CallServants.Parameters(orb));
    part("errors", new CallServants.Mistakes(orb));
    part("calls", new CallServants.Traffic());
    part("bottom", new ObjectServants.BottomServant());
    part("shelf", new ObjectServants.ShelfServant(
        BaseHelper.narrow(ObjectServants.reference(poa, new ObjectServants.BaseServant())),
        LeftHelper.narrow(ObjectServants.reference(poa, new ObjectServants.LeftServant())),
        RightHelper.narrow(ObjectServants.reference(poa, new ObjectServants.RightServant())),
        BottomHelper.narrow(ObjectServants.reference(poa, new ObjectServants.BottomServant()))));
    part("talker", talker);
    talker.self = talker();
    part("types", Peer.types());
    part("graphs", Peer.gardener());
    part("custom", new CustomServants.CarrierServant());
    Servant fixed = Peer.decimals(orb);
    if (fixed != null) part("fixed", fixed);
    parts.put("moved", away());
  }

  private void part(String name, Servant servant) { parts.put(name, ObjectServants.reference(poa, servant)); }

  /** away returns an object that is where basics is: every request to it is answered so, by an interceptor. */
  private org.omg.CORBA.Object away() throws UserException {
    POA gone = poa.create_POA("moved", poa.the_POAManager(), new Policy[] {poa.create_id_assignment_policy(IdAssignmentPolicyValue.USER_ID)});
    gone.activate_object_with_id(Counter.MOVED.getBytes(), new ValueServants.Basic());
    Counter.moved = parts.get("basics");
    return gone.id_to_reference(Counter.MOVED.getBytes());
  }

  public String orb() { return Peer.NAME; }
  public Basics basic_values() { return BasicsHelper.narrow(parts.get("basics")); }
  public Wide wide_values() { return WideHelper.narrow(parts.get("wide")); }
  public Built built_values() { return BuiltHelper.narrow(parts.get("built")); }
  public Anys any_values() { return AnysHelper.narrow(parts.get("anys")); }
  public Params parameters() { return ParamsHelper.narrow(parts.get("params")); }
  public Errors mistakes() { return ErrorsHelper.narrow(parts.get("errors")); }
  public Calls traffic() { return CallsHelper.narrow(parts.get("calls")); }
  public Bottom bottom_shape() { return BottomHelper.narrow(parts.get("bottom")); }
  public Shelf shape_shelf() { return ShelfHelper.narrow(parts.get("shelf")); }
  public Talker talker() { return TalkerHelper.narrow(parts.get("talker")); }
  public Basics moved() { return BasicsHelper.unchecked_narrow(parts.get("moved")); }

  /** There is no LOCATION_FORWARD_PERM in the portable API of Java. */
  public Basics moved_for_good() { return null; }

  public Cell new_cell(int initial) { return CellHelper.narrow(ObjectServants.reference(poa, new ObjectServants.CellServant(poa, initial))); }

  public org.omg.CORBA.Object lookup(String name) { return FOUND.contains(name) ? parts.get(name) : null; }
}
