import java.util.TreeMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.PhoneApi;
import org.openapitools.client.model.*;
import org.openapitools.client.model.Error;

/** Sets and reads values with the Java client of openapi-generator; see `scripts/tools/steps.py`. */
public final class Program {
  private static final String EXTENSION = System.getenv("EXTENSION");

  private final PhoneApi api;

  private Program(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("BASE_URL"));
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    api = new PhoneApi(client);
  }

  private PhoneProperties put(PhonePropertiesUpdate update) throws ApiException {
    api.updatePhoneProperties(EXTENSION, update);
    return api.getPhoneProperties(EXTENSION);
  }

  private String bundle() throws ApiException {
    Map<String, BundleEntry> entries =
        Map.of("124", new BundleEntry().active(false), "29196", new BundleEntry().active(true));
    Bundle bundle = new Bundle().bundleList(entries).bundleId(3L);
    Bundle read = put(new PhonePropertiesUpdate().bundle(bundle)).getBundle();
    return new TreeMap<>(read.getBundleList()).entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue().getActive())
        .collect(Collectors.joining(",", "", "," + read.getBundleId()));
  }

  private String refused(String extension) throws Exception {
    try {
      api.getPhoneProperties(extension);
      return "no error";
    } catch (ApiException refusal) {
      // This client returns the body of an error as text.
      Error error = new ApiClient().getObjectMapper().readValue(refusal.getResponseBody(), Error.class);
      return refusal.getCode() + " " + error.getStatus();
    }
  }

  private static void show(String step, Callable<Object> read) {
    String shown;
    try {
      shown = String.valueOf(read.call());
    } catch (Exception error) {
      shown = String.valueOf(error).lines().findFirst().orElse("");
    }
    System.out.println(step + "=" + shown);
  }

  public static void main(String[] arguments) {
    Program own = new Program(System.getenv("TOKEN"));
    String future = System.getenv("FUTURE_EXTENSION");
    show("int64 read", () -> own.api.getPhoneProperties(EXTENSION).getHoldMusic());
    show("text", () -> own.put(new PhonePropertiesUpdate().conferencePin("0042")).getConferencePin());
    show("false", () -> own.put(new PhonePropertiesUpdate().recordEnabled(false)).getRecordEnabled());
    show("enum", () -> own.put(new PhonePropertiesUpdate().recordFormat(RecordFormat.MP3)).getRecordFormat());
    show("absent", () -> own.put(new PhonePropertiesUpdate().hangupTimeout(30L)).getRecordFormat());
    show("null", () -> own.put(new PhonePropertiesUpdate().recordFormat(null)).getRecordFormat());
    show("int64 set", () -> own.put(new PhonePropertiesUpdate().ringbackSound(Long.MAX_VALUE)).getRingbackSound());
    show("bundle", own::bundle);
    show("unknown enum value", () -> own.api.getPhoneProperties(future).getRecordFormat());
    show("401", () -> new Program("wrong-token").refused(EXTENSION));
    show("404", () -> own.refused(System.getenv("UNKNOWN_EXTENSION")));
  }
}
