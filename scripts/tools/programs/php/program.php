<?php
// Sets and reads values with the PHP client of openapi-generator; see `scripts/tools/steps.py`.

require 'GuzzleHttp/autoload.php'; // in PHP's include path
spl_autoload_register(static function (string $class): void {
    require __DIR__ . '/client/lib/' . strtr(substr($class, strlen('OpenAPI\\Client\\')), '\\', '/') . '.php';
});

use OpenAPI\Client\Api\PhoneApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\Bundle;
use OpenAPI\Client\Model\BundleEntry;
use OpenAPI\Client\Model\PhoneProperties;
use OpenAPI\Client\Model\PhonePropertiesUpdate;

$extension = getenv('EXTENSION');

function client(string $token): PhoneApi
{
    $configuration = (new Configuration())->setHost(getenv('BASE_URL'))->setAccessToken($token);
    return new PhoneApi(null, $configuration);
}

$api = client(getenv('TOKEN'));
$get = static fn (string $extension): PhoneProperties => $api->getPhoneProperties($extension);
$put = static function (PhonePropertiesUpdate $update) use ($api, $get, $extension): PhoneProperties {
    $api->updatePhoneProperties($extension, $update);
    return $get($extension);
};

function bundle(callable $put): string
{
    $entries = ['124' => new BundleEntry(['active' => false]), '29196' => new BundleEntry(['active' => true])];
    $bundle = (new Bundle())->setBundleList($entries)->setBundleId(3);
    $read = $put((new PhonePropertiesUpdate())->setBundle($bundle))->getBundle();
    $words = [];
    foreach ($read->getBundleList() as $key => $entry) {
        $words[] = $key . ':' . json_encode($entry->getActive());
    }
    sort($words);
    return implode(',', [...$words, $read->getBundleId()]);
}

function refused(PhoneApi $api, string $extension): string
{
    try {
        $api->getPhoneProperties($extension);
        return 'no error';
    } catch (ApiException $refusal) {
        return $refusal->getCode() . ' ' . $refusal->getResponseObject()->getStatus();
    }
}

function show(string $step, callable $read): void
{
    try {
        $shown = $read();
        $shown = is_string($shown) ? $shown : json_encode($shown);
    } catch (Throwable $error) {
        $shown = get_class($error) . ': ' . strtok($error->getMessage(), "\n");
    }
    echo "$step=$shown\n";
}

$update = static fn (): PhonePropertiesUpdate => new PhonePropertiesUpdate();
show('int64 read', fn () => $get($extension)->getHoldMusic());
show('text', fn () => $put($update()->setConferencePin('0042'))->getConferencePin());
show('false', fn () => $put($update()->setRecordEnabled(false))->getRecordEnabled());
show('enum', fn () => $put($update()->setRecordFormat('mp3'))->getRecordFormat());
show('absent', fn () => $put($update()->setHangupTimeout(30))->getRecordFormat());
show('null', fn () => $put($update()->setRecordFormat(null))->getRecordFormat());
show('int64 set', fn () => $put($update()->setRingbackSound(PHP_INT_MAX))->getRingbackSound());
show('bundle', fn () => bundle($put));
show('unknown enum value', fn () => $get(getenv('FUTURE_EXTENSION'))->getRecordFormat());
show('401', fn () => refused(client('wrong-token'), $extension));
show('404', fn () => refused($api, getenv('UNKNOWN_EXTENSION')));
