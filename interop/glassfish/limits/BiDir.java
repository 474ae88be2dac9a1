// prints: PolicyError BAD_POLICY
import java.util.Properties;
import org.omg.CORBA.Any;
import org.omg.CORBA.BAD_POLICY;
import org.omg.CORBA.ORB;
import org.omg.CORBA.PolicyError;

/** Asks for the policy of bidirectional GIOP (BiDirPolicy::BIDIRECTIONAL_POLICY_TYPE, BOTH). */
public final class BiDir {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.setProperty("org.omg.CORBA.ORBClass", "com.sun.corba.ee.impl.orb.ORBImpl");
    p.setProperty("org.omg.CORBA.ORBSingletonClass", "com.sun.corba.ee.impl.orb.ORBSingleton");
    ORB orb = ORB.init(args, p);
    Any both = orb.create_any();
    both.insert_ushort((short) 1);
    try {
      System.out.println("made " + orb.create_policy(37, both));
    } catch (PolicyError e) {
      System.out.println("PolicyError " + (e.reason == BAD_POLICY.value ? "BAD_POLICY" : "reason " + e.reason));
    }
  }
}
