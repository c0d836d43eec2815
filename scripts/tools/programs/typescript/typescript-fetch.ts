import { Configuration, PhoneApi, ResponseError } from "./client";
import { BASE_URL, run } from "./steps";
import type { Changes, Client, Settings } from "./steps";

// This generator renames the properties to camelCase.
function client(accessToken: string): Client {
  const api = new PhoneApi(new Configuration({ basePath: BASE_URL, accessToken }));
  return {
    async get(extensionId): Promise<Settings> {
      const read = await api.getPhoneProperties({ extensionId });
      return {
        conference_pin: read.conferencePin,
        record_enabled: read.recordEnabled,
        record_format: read.recordFormat,
        hold_music: read.holdMusic,
        ringback_sound: read.ringbackSound,
        bundle: { bundle_list: read.bundle.bundleList, bundle_id: read.bundle.bundleId },
      };
    },
    put: (extensionId, changes: Changes) =>
      api.updatePhoneProperties({
        extensionId,
        phonePropertiesUpdate: {
          conferencePin: changes.conference_pin,
          recordEnabled: changes.record_enabled,
          recordFormat: changes.record_format,
          hangupTimeout: changes.hangup_timeout,
          ringbackSound: changes.ringback_sound,
          bundle: changes.bundle && { bundleList: changes.bundle.bundle_list, bundleId: changes.bundle.bundle_id },
        },
      }),
    async refused(extensionId): Promise<unknown> {
      try {
        return await api.getPhoneProperties({ extensionId });
      } catch (error) {
        if (!(error instanceof ResponseError)) throw error;
        return `${error.response.status} ${(await error.response.json()).status}`;
      }
    },
  };
}

run(client);
