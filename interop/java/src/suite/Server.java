package suite;

import java.io.IOException;
import java.util.Properties;
import org.omg.CORBA.ORB;
import org.omg.PortableServer.POA;
import org.omg.PortableServer.POAHelper;

/**
 * The suite's server: Server [-port N] [-version V] [-naming URL -name NAME]. It serves on 127.0.0.1 until its standard input
 * ends. With -naming it binds the Hub under the name in the naming service there.
 */
public final class Server {
  private Server() {}

  public static void main(String[] args) throws Exception {
    Properties p = Peer.properties(Client.option(args, "-version", "1.2"), Integer.parseInt(Client.option(args, "-port", "0")));
    ORB orb = ORB.init(new String[0], p);
    POA poa = POAHelper.narrow(orb.resolve_initial_references("RootPOA"));
    poa.the_POAManager().activate();
    org.omg.CORBA.Object hub = ObjectServants.reference(poa, new HubServant(orb, poa));
    String naming = Client.option(args, "-naming", "");
    if (!naming.isEmpty()) Naming.bind(orb, naming, Client.option(args, "-name", "hub"), hub);
    System.out.println(orb.object_to_string(hub));
    System.out.println("ready");
    await();
    int answered = Counter.answered.get();
    System.out.println("answered " + answered);
    System.out.println("oneways " + Counter.oneways);
    System.out.println("made " + Counter.made);
    System.out.flush();
    Runtime.getRuntime().halt(0); // an orderly shutdown waits for connections that clients keep
  }

  private static void await() throws IOException {
    while (System.in.read() >= 0) {}
  }
}
